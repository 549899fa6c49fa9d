namespace Gateway.Simulation;

/// <summary>One enrollment at the sensor: step after step until success, cancel or the end of its time. Keeps what it said, for a resend.</summary>
internal sealed class EnrollmentRun : IAsyncDisposable
{
    private static readonly string[] s_troubles = ["too_short", "moved", "dirty"];

    private readonly EnrollOrder _order;
    private readonly FingerPace _pace;
    private readonly Func<ScanReport, MqttMessage> _compose;
    private readonly Func<MqttMessage, CancellationToken, Task> _say;
    private readonly CancellationTokenSource _end;
    private readonly Task _running;
    private readonly Lock _lock = new();

    // guarded by _lock
    private readonly List<(int Step, MqttMessage Message)> _said = [];

    /// <param name="order">What to enroll.</param>
    /// <param name="end">Cancelled when the time of the enrollment is over; the run owns it.</param>
    /// <param name="pace">How the finger behaves.</param>
    /// <param name="compose">Makes the message of a report, with its id.</param>
    /// <param name="say">Puts a message into the outbox; waits while that is full.</param>
    public EnrollmentRun(
        EnrollOrder order, CancellationTokenSource end, FingerPace pace, Func<ScanReport, MqttMessage> compose, Func<MqttMessage, CancellationToken, Task> say)
    {
        (_order, _end, _pace, _compose, _say) = (order, end, pace, compose, say);
        _running = RunAsync(end.Token);
    }

    public string Enrollment => _order.Enrollment;

    public int Slot => _order.Slot;

    /// <summary>Not from the moment on in which its time is over.</summary>
    public bool IsRunning => !_end.IsCancellationRequested && !_running.IsCompleted;

    /// <summary>What was said about this step and those behind it, the result included.</summary>
    public IReadOnlyList<MqttMessage> SaidFrom(int step)
    {
        lock (_lock)
        {
            return [.. _said.Where(said => said.Step >= step).Select(said => said.Message)];
        }
    }

    /// <summary>Nothing is said any more when this is done.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _end.Dispose();
    }

    private async Task RunAsync(CancellationToken end)
    {
        try
        {
            for (var step = 1; step <= _order.Scans; step++)
            {
                await SayAsync(step, new(_order, "waiting", step), end);
                await _pace.NextCaptureAsync(end);
                if (_pace.Fails())
                {
                    await SayAsync(step, new(_order, "retry", step) { Reason = _pace.OneOf(s_troubles) }, end);
                    await _pace.NextCaptureAsync(end);
                }

                await SayAsync(step, new(_order, "progress", step) { Quality = _pace.Quality() }, end);
            }

            await SayAsync(int.MaxValue, new(_order, "success", ScanReport.Result), end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // the service ended it, or its time is over: either way the service knows, and a late word would be a misfit
            return;
        }
    }

    private Task SayAsync(int step, ScanReport report, CancellationToken end)
    {
        var message = _compose(report);
        lock (_lock)
        {
            _said.Add((step, message));
        }

        return _say(message, end);
    }
}

/// <summary>What happened at the sensor, before it has an id.</summary>
internal sealed record ScanReport(EnrollOrder Order, string Status, int Step)
{
    /// <summary>In place of a step: the report is the result.</summary>
    public const int Result = 0;

    public int? Quality { get; init; }

    public string? Reason { get; init; }
}

/// <summary>How a finger comes and goes. Owned by the enrollment that runs.</summary>
internal sealed class FingerPace(TimeSpan pace, double retryChance, TimeProvider time, Random random)
{
    public Task NextCaptureAsync(CancellationToken end) => Task.Delay(pace * (0.9 + (0.2 * random.NextDouble())), time, end);

    public bool Fails() => random.NextDouble() < retryChance;

    public int Quality() => random.Next(60, 101);

    public string OneOf(string[] words) => words[random.Next(words.Length)];
}
