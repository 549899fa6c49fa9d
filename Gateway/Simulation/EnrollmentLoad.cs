using System.Net;
using System.Threading.Channels;
using Gateway.Contract;

namespace Gateway.Simulation;

internal sealed record LoadOptions(Uri Url, EndPoint Mqtt, string? Token)
{
    public int Scanners { get; init; } = 10;

    /// <summary>Enrollments begun per second, all scanners together; 0 is as many as there are free scanners.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>Null: until it is stopped.</summary>
    public int? Enrollments { get; init; }

    public TimeSpan Pace { get; init; } = TimeSpan.FromSeconds(1.2);

    /// <summary>How often a capture fails at first.</summary>
    public double RetryChance { get; init; } = 0.1;

    public Faults Faults { get; init; } = Faults.None;

    public int? Seed { get; init; }

    /// <summary>Whether scanners and people of the run are removed when it ends.</summary>
    public bool Cleans { get; init; } = true;
}

/// <summary>Enrollment after enrollment against a running gateway: scanners over MQTT, a page for each enrollment, and a judgement on what it saw.</summary>
internal sealed class EnrollmentLoad(LoadOptions options, TimeProvider time, ILogger log)
{
    private const int Scans = 3;

    // A lease and a half: by then an enrollment has ended, or something is wrong.
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(450);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCleaning = TimeSpan.FromSeconds(15);

    public LoadReport Report { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var api = new GatewayApi(options.Url, options.Token, time, Report.Waits);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var random = options.Seed is { } seed ? new Random(seed) : new Random();
        var scanners = new List<(SimulatedScanner Scanner, Task Running)>();
        var free = Channel.CreateUnbounded<string>();
        var running = new List<Task>();
        try
        {
            for (var number = 1; number <= options.Scanners; number++)
            {
                var device = NameOf(number);
                var (secret, slots) = await api.RegisterAsync(device, stop);
                var settings = new ScannerSettings(device, secret, options.Mqtt)
                {
                    Pace = options.Pace,
                    RetryChance = options.RetryChance,
                    Slots = slots,
                    Faults = options.Faults,
                    LongestWait = LongestWait,
                };
                var scanner = new SimulatedScanner(settings, time, new(random.Next()), log);
                scanners.Add((scanner, scanner.RunAsync(end.Token)));
                running.Add(EmptyAsync(api, device, slots, free.Writer, stop));
            }

            await GoOnAsync(api, free, running, random, stop);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(scanners.Select(entry => entry.Running));
            scanners.ForEach(entry => entry.Scanner.Dispose());
            if (options.Cleans)
            {
                await CleanAsync(api, [.. Enumerable.Range(1, scanners.Count).Select(NameOf)]);
            }
        }
    }

    /// <summary>The scanners first: with them go the fingers that their people would be waiting for.</summary>
    private async Task CleanAsync(GatewayApi api, IReadOnlyList<string> devices)
    {
        using var patience = new CancellationTokenSource(LongestCleaning, time);
        string[] paths = [.. devices.Select(device => $"api/devices/{device}"), .. devices.Select(device => $"api/people/{PersonAt(device)}")];
        var gone = 0;
        try
        {
            for (; gone < paths.Length; gone++)
            {
                await api.DeleteAsync(paths[gone], patience.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SettingException)
        {
            Report.Left(paths.Length - gone);
        }
    }

    private static string NameOf(int number) => $"load-{number}";

    // One at each scanner, again and again: a load leaves as few people as scanners to clean away.
    private static string PersonAt(string device) => device;

    private async Task GoOnAsync(GatewayApi api, Channel<string> free, List<Task> running, Random random, CancellationToken stop)
    {
        using var beat = new PeriodicTimer(options.Rate > 0 ? TimeSpan.FromSeconds(1 / options.Rate) : TimeSpan.FromMilliseconds(1), time);
        for (var number = 1; number <= (options.Enrollments ?? int.MaxValue) && !stop.IsCancellationRequested; number++)
        {
            if (options.Rate > 0 && !await beat.WaitForNextTickAsync(stop))
            {
                break;
            }

            if (!free.Reader.TryRead(out var device))
            {
                if (options.Rate > 0)
                {
                    Report.Behind();
                }

                device = await free.Reader.ReadAsync(stop);
            }

            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(EnrollAsync(api, device, PersonAt(device), new(random.Next()), free.Writer, stop));
        }

        await Task.WhenAll(running);
    }

    /// <summary>An earlier run that was broken off left fingers here; the scanner is free when they are gone.</summary>
    private static async Task EmptyAsync(GatewayApi api, string device, IReadOnlyList<int> slots, ChannelWriter<string> free, CancellationToken stop)
    {
        foreach (var slot in slots)
        {
            await api.DeleteFingerAsync(device, slot, stop);
        }

        free.TryWrite(device);
    }

    private async Task EnrollAsync(GatewayApi api, string device, string person, Random random, ChannelWriter<string> free, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        var (enrollment, slot) = await api.EnrollAsync(device, person, stop);
        Report.Requested(time.GetElapsedTime(began));
        using var patience = new CancellationTokenSource(LongestRun, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            var view = await new SimulatedKiosk(api, options.Faults, random, time, Report).WatchAsync(enrollment, either.Token);
            Report.Watched(view, Scans);
            if (view.End == "succeeded")
            {
                // Else the sensors would be full one day.
                await api.DeleteFingerAsync(device, slot, stop);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Report.Unfinished(enrollment);
        }
        finally
        {
            free.TryWrite(device);
        }
    }
}
