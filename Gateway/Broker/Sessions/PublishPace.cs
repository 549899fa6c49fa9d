namespace Gateway.Broker.Sessions;

/// <summary>How fast one client may publish. Beyond it nothing is refused or dropped: it is not read for a while. Owned by its read loop.</summary>
internal sealed class PublishPace(BrokerLimits limits, BrokerCounts counts, TimeProvider time)
{
    // A stop to the client's end must not wait for a long pause.
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(250);

    private readonly long _startedAt = time.GetTimestamp();
    private readonly Allowance _messages = new(limits.PublishRate, limits.PublishRate);
    private readonly Allowance _bytes = new(limits.PublishBytesRate, limits.PublishBytesRate);
    private TimeSpan _until;

    /// <summary>Null where no limit is set, so that nothing is counted.</summary>
    public static PublishPace? For(BrokerLimits limits, BrokerCounts counts, TimeProvider time) =>
        limits is { PublishRate: <= 0, PublishBytesRate: <= 0 } ? null : new(limits, counts, time);

    public bool MustPause => Now < _until;

    private TimeSpan Now => time.GetElapsedTime(_startedAt);

    public void Published(int bytes)
    {
        var now = Now;
        var pause = limits.PublishRate > 0 ? _messages.Take(1, now) : TimeSpan.Zero;
        if (limits.PublishBytesRate > 0)
        {
            var forBytes = _bytes.Take(bytes, now);
            pause = forBytes > pause ? forBytes : pause;
        }

        if (pause > TimeSpan.Zero)
        {
            counts.Limited(LimitCause.PublishRate);
            _until = now + pause;
        }
    }

    /// <summary>Until it may go on, or some way towards it.</summary>
    public Task PauseAsync()
    {
        var left = _until - Now;
        return Task.Delay(left <= TimeSpan.Zero ? TimeSpan.Zero : left > s_slice ? s_slice : left, time);
    }
}
