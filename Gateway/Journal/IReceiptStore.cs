namespace Gateway.Journal;

/// <summary>What subscribers were sent, have acknowledged and have read, kept over restarts: ranges of seq with times, not a row a frame.</summary>
internal interface IReceiptStore
{
    /// <summary>
    /// Notes a range and returns at once; it is written with others a moment later, behind what is acknowledged to anybody. A range that was noted
    /// before, of the same line and with the same end, is replaced. Nothing is kept for a channel that is not in the journal.
    /// </summary>
    void Keep(ReceiptRange range);

    /// <summary>All that is kept of a channel, by line and rising within it, with what is not on disk yet.</summary>
    ValueTask<IReadOnlyList<ReceiptRange>> OfAsync(ChannelName channel, CancellationToken cancellation);
}

internal enum ReceiptStep
{
    Sent,
    Acknowledged,
    Read,
}

/// <summary>Whose receipts: nobody acknowledges in another's name by calling itself the same, so the user is part of it.</summary>
internal sealed record ReceiptKey(ChannelName Channel, string Subscriber, string? User, ReceiptStep Step);

/// <param name="Line">Whose.</param>
/// <param name="After">The range begins behind this seq.</param>
/// <param name="Through">And ends with this one.</param>
/// <param name="At">When.</param>
/// <param name="Connected">Since when the subscriber was connected then.</param>
internal sealed record ReceiptRange(ReceiptKey Line, long After, long Through, DateTimeOffset At, DateTimeOffset? Connected);
