using System.Runtime.InteropServices;

namespace Gateway.Journal;

/// <summary>Where a reader wants to go on: (epoch, cursor), or nothing for "live from now".</summary>
internal readonly record struct Cursor(string? Epoch, long? Since)
{
    public static readonly Cursor Live;

    /// <summary>
    /// The verdict on a cursor. A cursor of another epoch, past the head, older than what is kept, or without an epoch is a reset: the state, and the
    /// stream goes on after the head. Cursor 0 never resets: it asks for all that is kept.
    /// </summary>
    public Resume Judge(string epoch, long head, long oldestKept) => Since switch
    {
        null => new(head, ResetCause.None),
        0 => new(Math.Max(0, oldestKept - 1), ResetCause.None),
        _ when string.IsNullOrEmpty(Epoch) => new(head, ResetCause.NoEpoch),
        _ when Epoch != epoch => new(head, ResetCause.OtherEpoch),
        { } since when since > head => new(head, ResetCause.BeyondHead),
        { } since when since < 0 || since < oldestKept - 1 => new(head, ResetCause.NotKept),
        { } since => new(since, ResetCause.None),
    };
}

/// <summary>Where delivery starts: with the first event after this cursor; and why that is not the one asked for.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Resume(long After, ResetCause Cause)
{
    public bool Reset => Cause != ResetCause.None;
}

internal enum ResetCause
{
    None,
    OtherEpoch,
    NoEpoch,
    BeyondHead,
    NotKept,
}
