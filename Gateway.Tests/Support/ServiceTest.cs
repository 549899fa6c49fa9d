namespace Gateway.Tests.Support;

/// <summary>A test with a service of its own, as people run it, on a folder that outlives its kills.</summary>
public abstract class ServiceTest(params string[] arguments) : FolderTest
{
    private protected static readonly string[] Anonymous = ["--Access:Anonymous", "true"];
    private protected static readonly string[] Admin = ["--Access:AdminToken", GatewayFixture.AdminToken];

    /// <summary>The one that runs.</summary>
    private protected GatewayFixture Service { get; private set; } = null!;

    [SetUp]
    public async Task StartServiceAsync() => Service = await GatewayFixture.StartAsync(Folder.Path, arguments);

    [TearDown]
    public async Task StopServiceAsync() => await Service.DisposeAsync();

    private protected async Task KillAndStartAsync()
    {
        await Service.KillAsync();
        await StartAgainAsync();
    }

    /// <summary>After it ended, however it did.</summary>
    private protected async Task StartAgainAsync()
    {
        var ended = Service;
        Service = await ended.StartAgainAsync();
        await ended.DisposeAsync();
    }
}
