using System.Runtime.InteropServices;
using Gateway.Bench;

try
{
    var options = Options.Parse(args);
    using var stop = new CancellationTokenSource();
    void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    await using var suite = Suite.Of(options);
    Console.WriteLine(await suite.RunAsync(stop.Token));
    return 0;
}
catch (Exception failure) when (failure is FormatException or IOException or TimeoutException or HttpRequestException or OperationCanceledException)
{
    await Console.Error.WriteLineAsync($"bench: {failure.Message}");
    return 1;
}
