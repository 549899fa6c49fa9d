using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Gateway.Tests.EndToEnd;

/// <summary>What a newcomer meets: a start that says where the page is, and faults that say which setting is wrong.</summary>
public sealed class StartTests : FolderTest
{
    [Test]
    public async Task Start_Fresh_SaysWhereThePageIsAndWhatToDoNext()
    {
        await using var service = await GatewayFixture.StartAsync(Folder.Path);
        await Eventually.HoldsAsync(() => service.Output.Contains("Next:"), "the welcome");
        Assert.That(service.Output, Does.Contain($"Kiosk page  {service.Page}").And.Contain($"{service.Page}#token=").And.Contain("--Simulate:Scanners 2"));
    }

    [Test]
    public async Task Start_Fresh_IsReady()
    {
        await using var service = await GatewayFixture.StartAnonymousAsync(Folder.Path);
        Assert.That((await service.Http.GetAsync("readyz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await service.Http.GetAsync("healthz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "there are no modes")]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_InAFolderThatAnybodyReads_AreForTheirOwnerAlone_OldOnesToo()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(Folder.Path);
        File.SetUnixFileMode(Folder.Path, (UnixFileMode)0b111_111_111);
        await File.WriteAllTextAsync(Folder.In("gateway.db-old"), "a copy");
        File.SetUnixFileMode(Folder.In("gateway.db-old"), (UnixFileMode)0b110_110_110);
        await using var service = await GatewayFixture.StartAsync(Folder.Path, "--Simulate:Scanners", "1");

        var files = Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories);
        Assert.That(files, Has.Length.GreaterThan(3));
        Assert.That(files.Where(file => File.GetUnixFileMode(file) != owner), Is.Empty);
    }

    [Test]
    public async Task Secret_OnTheCommandLine_IsWarnedOf_AndNotSaid()
    {
        await using var service = await GatewayFixture.StartAsync(Folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        Assert.That(service.Output, Does.Contain("Access:AdminToken stands on the command line").And.Contain("Access__AdminToken"));
        Assert.That(service.Output, Does.Not.Contain(GatewayFixture.AdminToken));
    }

    [Test]
    public async Task Terminate_WhileServing_ExitsWithZero()
    {
        await using var service = await GatewayFixture.StartAnonymousAsync(Folder.Path);
        Assert.That(await service.TerminateAsync(), Is.Zero, service.Output);
    }

    [TestCase("Mqtt:Port")]
    [TestCase("Http:Port")]
    public async Task Start_PortInUse_NamesTheSettingInOneSentence(string setting)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var other = setting == "Mqtt:Port" ? "Http:Port" : "Mqtt:Port";
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (code, output) = await RunToEndAsync("--Mqtt:Address", "127.0.0.1", "--Http:Address", "127.0.0.1", $"--{setting}", $"{port}", $"--{other}", "0");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain($"{setting}: port {port} is in use").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Start_AfterOneThatFoundItsPortTaken_StillPrintsTheSignInLink()
    {
        using (var taken = new TcpListener(IPAddress.Loopback, 0))
        {
            taken.Start();
            var port = ((IPEndPoint)taken.LocalEndpoint).Port;
            await RunToEndAsync("--Mqtt:Address", "127.0.0.1", "--Http:Address", "127.0.0.1", "--Http:Port", "0", "--Mqtt:Port", $"{port}");
        }

        await using var service = await GatewayFixture.StartAsync(Folder.Path);
        await Eventually.HoldsAsync(() => service.Output.Contains("#token="), "the printed link");
    }

    [Test]
    public async Task Start_AddressOfAnotherMachine_NamesTheSettingInOneSentence()
    {
        var (code, output) = await RunToEndAsync("--Mqtt:Address", "203.0.113.7", "--Http:Address", "127.0.0.1", "--Http:Port", "0", "--Mqtt:Port", "0");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("Mqtt:Address: 203.0.113.7 cannot be listened on").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Start_DataPathThatCannotBeWritten_NamesTheSettingInOneSentence()
    {
        await File.WriteAllTextAsync(Folder.In("file"), "in the way");
        var (code, output) = await RunToEndAsync("--Data:Path", Folder.In("file/data"), "--Mqtt:Port", "0", "--Http:Port", "0");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("Data:Path: the folder").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Start_DataPathInUse_SaysThatAnotherGatewayHasIt()
    {
        await using var first = await GatewayFixture.StartAnonymousAsync(Folder.Path);
        var (code, output) = await RunToEndAsync("--Mqtt:Port", "0", "--Http:Port", "0");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("Data:Path: ").And.Contain("in use by another gateway").And.Not.Contain("   at "));
    }

    [TestCase("--Mqtt:Prot", "1", "Mqtt:Prot: there is no such setting")]
    [TestCase("--Mqt:Port", "1", "Mqt:Port: there is no such setting")]
    [TestCase("--mqtt", "1", "mqtt: there is no such setting")]
    [TestCase("Http:Port", "1", "Http:Port: is no setting; write --Section:Key value")]
    [TestCase("--Mqtt:MaxQos", "7", "Mqtt:MaxQos: 7 is not between 0 and 1")]
    [TestCase("--Serilog:MinimumLevel:Default", "wat", "Serilog: ")]
    [TestCase("--Http:Port", "many", "Http:Port: \"many\" is no number")]
    [TestCase("--Http:Port", "70000", "Http:Port: 70000 is no port")]
    [TestCase("--Access:AdminToken", "short", "Access:AdminToken: has fewer than 32 characters")]
    [TestCase("--Access:Deny:0", "everything", "Access:Deny:0: \"everything\" is neither")]
    public async Task Start_WrongSetting_NamesItInOneSentence(string key, string value, string sentence)
    {
        var (code, output) = await RunToEndAsync("--Mqtt:Port", "0", "--Http:Port", "0", key, value);
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain(sentence).And.Not.Contain("   at "));
    }

    [Test]
    public async Task Start_AnonymousBeyondLoopback_IsRefused()
    {
        var (code, output) = await RunToEndAsync("--Mqtt:Port", "0", "--Http:Port", "0", "--Access:Anonymous", "true", "--Mqtt:Address", "127.0.0.1");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("Access:Anonymous: ").And.Contain("loopback").And.Not.Contain("   at "));
    }

    [TestCase("--help")]
    [TestCase("sign-in", "--help")]
    [TestCase("backup", "-h")]
    public async Task Help_WhereverItIsAskedFor_NamesTheCommands(params string[] arguments)
    {
        var (code, output) = await GatewayFixture.RunToEndAsync(Folder.Path, arguments);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("restore FILE").And.Contain("--Section:Key value"));
    }

    private Task<(int ExitCode, string Output)> RunToEndAsync(params string[] arguments) =>
        GatewayFixture.RunToEndAsync(Folder.Path, ["--Data:Path", Folder.Path, .. arguments]);
}
