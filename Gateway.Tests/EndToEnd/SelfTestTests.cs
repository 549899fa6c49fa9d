using System.Diagnostics;
using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>The firmware's self-test against the real service: which hop it blames, in words.</summary>
[Category("Slow")]
public sealed class SelfTestTests() : ServiceTest(Admin)
{
    private string _secret = "";

    [SetUp]
    public async Task RegisterAsync() => _secret = (string)(await Service.PostAsync("api/devices", new { id = "desk-1" }))["secret"]!;

    [Test]
    public async Task SelfTest_OfOneThatWorks_SaysOkOfEachHop() =>
        Assert.That(await SaysAsync(Service.MqttPort, _secret), Is.EqualTo((0, "sensor: ok\ngateway: ok\nbroker: ok\n")));

    [Test]
    public async Task SelfTest_TellsFaultsApart()
    {
        await BlamesAsync("sensor: WIRING. Not a byte arrives", Service.MqttPort, _secret, "ignored=1");
        await BlamesAsync("sensor: WIRING. Something arrives, but no packet", Service.MqttPort, _secret, "dropped=1");
        await BlamesAsync("broker: FAULT. It refuses this scanner", Service.MqttPort, "wrong");
        await BlamesAsync("broker: FAULT. The port is open, but no MQTT answers", Service.HttpPort, _secret);
        var port = Service.MqttPort;
        await Service.KillAsync();
        await BlamesAsync("gateway: FAULT. The computer answers, but nothing listens on that port", port, _secret);
    }

    [Test]
    public async Task Serial_ThatIsNotThere_SaysWhatToPlugIn()
    {
        string[] arguments = ["--device", "desk-1", "--secret", _secret, "--serial", "/dev/ttyUSB99", "--flash", Folder.In("flash")];
        using var program = Process.Start(new ProcessStartInfo(FirmwareHost.Program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        Assert.That(await program.StandardError.ReadToEndAsync(), Does.StartWith("--serial: there is no /dev/ttyUSB99; plug in"));
        await program.WaitForExitAsync();
        Assert.That(program.ExitCode, Is.EqualTo(1));
    }

    private async Task BlamesAsync(string sentence, int port, string secret, string faults = "")
    {
        var (code, said) = await SaysAsync(port, secret, faults);
        Assert.That(said.Split('\n'), Has.Some.StartsWith(sentence));
        Assert.That(said.Split('\n').Count(line => line.Contains("FAULT") || line.Contains("WIRING")), Is.EqualTo(1), said);
        Assert.That(code, Is.EqualTo(1));
    }

    private async Task<(int Code, string Said)> SaysAsync(int port, string secret, string faults = "")
    {
        string[] arguments =
        [
            "--selftest", "1", "--port", port.ToString(), "--device", "desk-1", "--secret", secret, "--speed", "5", "--faults", faults,
            "--flash", Folder.In("flash"), "--sensor", Folder.In("sensor"),
        ];
        using var program = Process.Start(new ProcessStartInfo(FirmwareHost.Program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (program.ExitCode, said);
    }
}
