using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Contract;

namespace Gateway.Modules.Jobs;

/// <summary>Notices running jobs that have gone silent: one line in the log for each silence, and two numbers for operators.</summary>
internal sealed class JobWatch : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Each running job as it was last heard of.
    private readonly ConcurrentDictionary<string, JobState> _running = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Meter _meter = new("Gateway.Modules.Jobs");

    // Owned by the loop; its count is read by the meter.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _stalled = new();

    private PeriodicWork? _looking;

    public JobWatch(TimeProvider time, ILogger<JobWatch> log)
    {
        _time = time;
        _log = log;
        _meter.CreateObservableGauge("gateway_jobs_running", () => _running.Count, description: "Jobs that have not ended.");
        _meter.CreateObservableGauge("gateway_jobs_stalled", () => _stalled.Count, description: "Running jobs that have been silent for too long.");
    }

    public IReadOnlyCollection<string> Stalled => [.. _stalled.Keys];

    public void Start() => _looking = new(Period, _time, LookAsync);

    /// <summary>After the commit of each of its events.</summary>
    public void Heard(JobState state)
    {
        if (state.IsTerminal)
        {
            _running.TryRemove(state.Id, out _);
        }
        else
        {
            _running[state.Id] = state;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_looking is not null)
        {
            await _looking.DisposeAsync();
        }

        _meter.Dispose();
    }

    private Task LookAsync(CancellationToken stop)
    {
        Look(_time.GetUtcNow());
        return Task.CompletedTask;
    }

    private void Look(DateTimeOffset now)
    {
        foreach (var (job, at) in _stalled)
        {
            if (!_running.TryGetValue(job, out var state))
            {
                _stalled.TryRemove(job, out _);
            }
            else if (state.At > at)
            {
                _stalled.TryRemove(job, out _);
                JobLog.Resumed(_log, job, state.Percent);
            }
        }

        foreach (var (job, state) in _running)
        {
            if (state.IsStalled(now) && _stalled.TryAdd(job, state.At))
            {
                JobLog.Stalled(_log, job, state.Name, state.At, state.Percent);
            }
        }
    }
}

internal static partial class JobLog
{
    [LoggerMessage(4200, LogLevel.Warning, "job {Job} ({Name}) is stalled: nothing heard of it since {Since:O}, at {Percent} %")]
    public static partial void Stalled(ILogger logger, string job, string name, DateTimeOffset since, int percent);

    [LoggerMessage(4201, LogLevel.Information, "job {Job} moves again, {Percent} %")]
    public static partial void Resumed(ILogger logger, string job, int percent);
}
