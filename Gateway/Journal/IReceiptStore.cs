namespace Gateway.Journal;

/// <summary>What subscribers were sent, have acknowledged and have read, kept over restarts: ranges of seq with times, not a row a frame.</summary>
internal interface IReceiptStore
{
    /// <summary>
    /// Notes a range and returns at once; it is written with others a moment later, behind what is acknowledged to anybody. A range that was noted
    /// before, of the same line and with the same end, is replaced. Nothing is kept for a channel that is not in the journal.
    /// </summary>
    void Keep(ReceiptRange range);

    /// <summary>Calls a user otherwise in what was noted and is not on disk yet.</summary>
    void Rename(string user, string alias);

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
internal sealed record ReceiptKey(ChannelName Channel, string Subscriber, string? User, ReceiptStep Step)
{
    /// <summary>What who asks over HTTP is called without a name of their own for their page.</summary>
    public static string OverHttp(string user) => $"http-{user}";

    /// <summary>What a subscriber is called once its user is called otherwise.</summary>
    public static string Renamed(string subscriber, string? user, string alias) => subscriber == OverHttp(user ?? "") ? OverHttp(alias) : subscriber;
}

/// <param name="Line">Whose.</param>
/// <param name="After">The range begins behind this seq.</param>
/// <param name="Through">And ends with this one.</param>
/// <param name="At">When.</param>
/// <param name="Connected">Since when the subscriber was connected then.</param>
internal sealed record ReceiptRange(ReceiptKey Line, long After, long Through, DateTimeOffset At, DateTimeOffset? Connected);
