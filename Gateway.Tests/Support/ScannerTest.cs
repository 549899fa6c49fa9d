namespace Gateway.Tests.Support;

/// <summary>A test with a service that asks nobody who they are, and one scanner that is online.</summary>
public abstract class ScannerTest() : ServiceTest(Anonymous)
{
    private protected ScannerByHand Scanner { get; private set; } = null!;

    [SetUp]
    public async Task BringScannerAsync()
    {
        Scanner = new(() => Service.MqttPort, "lab-1");
        await Scanner.StatusAsync();
    }
}
