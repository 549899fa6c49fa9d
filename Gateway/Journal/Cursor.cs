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
        null => new(head, Reset: false),
        0 => new(Math.Max(0, oldestKept - 1), Reset: false),
        _ when Epoch != epoch => new(head, Reset: true),
        < 0 => new(head, Reset: true),
        { } since when since > head || since < oldestKept - 1 => new(head, Reset: true),
        { } since => new(since, Reset: false),
    };
}

/// <summary>Where delivery starts: with the first event after this cursor.</summary>
internal readonly record struct Resume(long After, bool Reset);
