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

    /// <summary>A scanner that was not known until now is a new one: its sensor is empty.</summary>
    public static void Forget(string folder, string device)
    {
        if (File.Exists(MemoryOf(folder, device)))
        {
            File.Delete(MemoryOf(folder, device));
        }
    }

    /// <summary>When the service listens.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="credentials">Who they are.</param>
    /// <param name="folder">Where they keep their fingers.</param>
    public void Start(EndPoint endpoint, IReadOnlyList<(string Device, string Secret)> credentials, string folder)
    {
        var random = options.Seed is { } seed ? new Random(seed) : new Random();
        foreach (var (device, secret) in credentials)
        {
            var settings = new ScannerSettings(device, secret, endpoint)
            {
                Pace = options.Pace,
                RetryChance = options.RetryChance,
                Visits = options.Visits,
                Faults = Faults.Parse(options.Faults),
                Memory = MemoryOf(folder, device),
            };
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

    private static string MemoryOf(string folder, string device) => Path.Combine(folder, "simulated", $"{device}.json");

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
