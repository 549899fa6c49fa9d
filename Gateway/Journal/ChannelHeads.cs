namespace Gateway.Journal;

/// <summary>
/// The newest seq and state of the channels in use, so that deciding needs no read. Their rows are written when the store settles, not with each
/// batch: what a row does not know yet is folded from the events behind it. Owned by the writer loop.
/// </summary>
internal sealed class ChannelHeads
{
    // Beyond this the cache starts anew: a miss costs one indexed read.
    private const int Capacity = 10_000;

    private readonly Dictionary<string, IChannelKind> _kinds;
    private readonly Dictionary<ChannelName, ChannelHead> _heads = [];
    private readonly HashSet<ChannelHead> _dirty = [];
    private readonly RisingIds _ids = new();
    private long _committedPosition;
    private long _position;

    public ChannelHeads(IEnumerable<IChannelKind> kinds, long position)
    {
        _kinds = kinds.ToDictionary(kind => kind.Name);
        _committedPosition = _position = position;
    }

    /// <summary>The newest that was given out.</summary>
    public long Position => _position;

    public ChannelHead? Find(ChannelName channel, IJournalRows rows)
    {
        if (_heads.TryGetValue(channel, out var head))
        {
            return head;
        }

        if (rows.FindHead(channel) is not { } row)
        {
            return null;
        }

        var kind = Kind(channel);
        head = Keep(new(row.Id, channel) { Seq = row.Seq, Position = row.Position, State = row.Seq == 0 ? null : kind.Read(row.State.Span) });
        foreach (var stored in rows.EventsAfter(row.Id, channel, row.Seq))
        {
            Advance(head, stored);
        }

        return head;
    }

    public ChannelHead FindOrAdd(ChannelName channel, IJournalRows rows) => Find(channel, rows) ?? Keep(new(rows.InsertHead(channel), channel));

    public long NextPosition() => ++_position;

    public string NextId(DateTimeOffset now) => _ids.Next(now);

    public void Advance(ChannelHead head, StoredEvent stored)
    {
        head.State = Kind(head.Channel).Fold(head.State, stored);
        head.Seq = stored.Seq;
        head.Position = stored.Position;
        _dirty.Add(head);
    }

    /// <param name="rewrite">Null leaves it as it is.</param>
    public void Rewrite(ChannelName channel, IJournalRows rows, Func<byte[], byte[]?> rewrite)
    {
        if (Find(channel, rows) is { State: not null } head && rewrite(Kind(channel).Write(head.State).ToArray()) is { } state)
        {
            head.State = Kind(channel).Read(state);
            rows.RewriteHead(head.Id, head.Seq, head.Position, state);
        }
    }

    /// <summary>A batch is on disk.</summary>
    public void Committed() => _committedPosition = _position;

    /// <summary>Writes each changed head once, however many batches changed it.</summary>
    public void Flush(IJournalRows rows)
    {
        foreach (var head in _dirty)
        {
            rows.UpdateHead(head.Id, head.Seq, head.Position, Kind(head.Channel).Write(head.State!));
        }
    }

    /// <summary>What was flushed is on disk.</summary>
    public void Settled()
    {
        _dirty.Clear();
        if (_heads.Count > Capacity)
        {
            _heads.Clear();
        }
    }

    /// <summary>Forgets everything: what a failed batch had folded in memory is read again from disk.</summary>
    public void RolledBack()
    {
        _dirty.Clear();
        _heads.Clear();
        _position = _committedPosition;
    }

    private ChannelHead Keep(ChannelHead head) => _heads[head.Channel] = head;

    private IChannelKind Kind(ChannelName channel) =>
        _kinds.TryGetValue(channel.Kind, out var kind) ? kind : throw new InvalidOperationException($"no module owns channels of kind '{channel.Kind}'");
}

internal sealed class ChannelHead(long id, ChannelName channel)
{
    public long Id { get; } = id;

    public ChannelName Channel { get; } = channel;

    public long Seq { get; set; }

    public long Position { get; set; }

    public object? State { get; set; }
}
