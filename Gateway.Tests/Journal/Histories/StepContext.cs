namespace Gateway.Tests.Journal.Histories;

/// <summary>Everything that goes on after an await waits here until the history lets it: one thread, one order, the same each time.</summary>
internal sealed class StepContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Go, object? State)> _waiting = [];

    public bool HasStep => _waiting.Count > 0;

    public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public void Step()
    {
        var (go, state) = _waiting.Dequeue();
        go(state);
    }

    /// <summary>Whoever waited is gone with the machine.</summary>
    public void Forget() => _waiting.Clear();
}
