using System.Net;

namespace Gateway.Simulation;

/// <summary>Scanners in software over real MQTT, for demonstrations and tests.</summary>
internal sealed class SimulatedFleet(SimulateOptions options, TimeProvider time, ILogger<SimulatedFleet> log) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    // set by Start, taken by StopAsync; both called by the program alone
    private readonly List<Task> _scanners = [];

    /// <summary>The devices that are to be known, with their secrets, before Start.</summary>
    public IReadOnlyList<string> Devices { get; } = [.. Enumerable.Range(1, options.Scanners).Select(static number => $"sim-{number}")];

    /// <summary>When the service listens.</summary>
    public void Start(EndPoint endpoint, IReadOnlyList<(string Device, string Secret)> credentials)
    {
        var random = options.Seed is { } seed ? new Random(seed) : new Random();
        foreach (var (device, secret) in credentials)
        {
            var settings = new ScannerSettings(device, secret, endpoint) { Pace = options.Pace, RetryChance = options.RetryChance };
            _scanners.Add(RunAsync(settings, new(random.Next())));
        }

        SimulationLog.Started(log, credentials.Count, endpoint);
    }

    /// <summary>While the service still listens, so that each can say goodbye.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_scanners);
        SimulationLog.Stopped(log, _scanners.Count);
        _scanners.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        if (_scanners.Count > 0)
        {
            await StopAsync();
        }

        _stop.Dispose();
    }

    private async Task RunAsync(ScannerSettings settings, Random random)
    {
        try
        {
            using var scanner = new SimulatedScanner(settings, time, random, log);
            await scanner.RunAsync(_stop.Token);
        }
        catch (Exception defect)
        {
            SimulationLog.Failed(log, settings.Device, defect);
        }
    }
}
