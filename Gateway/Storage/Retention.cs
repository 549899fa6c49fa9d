using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>
/// Lets go of old history and of documents whose time is over: looks from time to time, on a connection of its own, and removes in small steps between
/// other work. Keys of messages that were seen are for ever.
/// </summary>
internal sealed class Retention(
    IStore store, IRetentionReader reader, IEnumerable<IChannelKind> kinds, RetentionPlan plan, TimeProvider time, ILogger<Retention> log) : IAsyncDisposable
{
    // A transaction of so many deletions holds up the writer for a few milliseconds.
    private const int Step = 500;

    private PeriodicWork? _looking;

    public void Start() => _looking = new(plan.Interval, time, LookAsync);

    public ValueTask DisposeAsync() => _looking?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>One look at everything; the number of events that went.</summary>
    public async Task<long> SweepAsync(CancellationToken cancellation)
    {
        // Heads and events of the same moment: nothing is judged by what is half on its way.
        await store.SettleAsync();
        var gone = 0L;
        foreach (var kind in kinds)
        {
            if (plan.Rules(kind.Name) is { KeepsEverything: false } rule)
            {
                gone += await PruneAsync(kind, rule, cancellation);
            }
        }

        foreach (var collection in plan.Documents)
        {
            await ForgetAsync(collection, cancellation);
        }

        return gone;
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            if (await SweepAsync(stop) is > 0 and var gone)
            {
                StorageLog.Pruned(log, gone);
            }
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            StorageLog.NotPruned(log, failure, failure.Message);
        }
    }

    private async Task<long> PruneAsync(IChannelKind kind, RetentionRule rule, CancellationToken cancellation)
    {
        var figures = rule.Events is null && rule.Bytes is null ? new(0, 0) : reader.Figures(kind.Name, cancellation);
        var newest = reader.NewestPosition();
        var needs = new Dictionary<long, bool>();
        var (after, gone) = (0L, 0L);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = reader.Oldest(kind.Name, after, Step);
            var judged = page.Select(row => row with { IsNeeded = IsNeeded(kind, row.ChannelId, needs) });
            var pruning = RetentionPolicy.Beyond(rule, judged, figures, newest, time.GetUtcNow());
            if (pruning.Gone.Count > 0)
            {
                await WriteAsync(new Part(kind.Name, pruning.Gone));
            }

            gone += pruning.Gone.Count;
            figures = pruning.Left;
            if (pruning.IsComplete || page.Count < Step)
            {
                return gone;
            }

            after = page[^1].Position;
        }
    }

    private bool IsNeeded(IChannelKind kind, long channel, Dictionary<long, bool> known)
    {
        if (!known.TryGetValue(channel, out var isNeeded))
        {
            known[channel] = isNeeded = kind.NeedsHistory(kind.Read(reader.State(channel)));
        }

        return isNeeded;
    }

    private async Task ForgetAsync(string collection, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = time.GetUtcNow();
            var keys = reader.Expired(collection, now, Step);
            if (keys.Count > 0)
            {
                await WriteAsync(new Forgetting(collection, keys));
                await store.SettleAsync();
            }

            if (keys.Count < Step)
            {
                return;
            }
        }
    }

    private Task WriteAsync(AwaitedWork step)
    {
        store.Submit(step);
        return step.Done;
    }

    private sealed class Part(string kind, IReadOnlyList<OldEvent> gone) : AwaitedWork
    {
        public override void Write(StoreTransaction transaction)
        {
            foreach (var channel in gone.GroupBy(old => old.ChannelId))
            {
                transaction.Retention.Prune(channel.Key, channel.Max(old => old.Seq));
            }

            transaction.Retention.RaiseFloor(kind, gone[^1].Position + 1);
        }
    }

    private sealed class Forgetting(string collection, IReadOnlyList<string> keys) : AwaitedWork
    {
        public override void Write(StoreTransaction transaction)
        {
            foreach (var key in keys)
            {
                // Looked at again: it may have been renewed since.
                if (transaction.Journal.Documents.Find(collection, key) is { } body && ContractJson.Read<Expiry>(body).Until < transaction.Journal.Now)
                {
                    transaction.Journal.Documents.Remove(collection, key);
                }
            }
        }

        private sealed record Expiry(DateTimeOffset Until);
    }
}

/// <param name="Rules">What is kept of a kind of channel.</param>
/// <param name="Documents">Collections whose documents say in <c>until</c> how long they count.</param>
/// <param name="Interval">From one look to the next.</param>
internal sealed record RetentionPlan(Func<string, RetentionRule> Rules, IReadOnlyList<string> Documents, TimeSpan Interval);

/// <summary>The rows of retention inside a transaction.</summary>
internal interface IRetentionRows
{
    /// <summary>The channel's events up to this one go, with what receipts say of them.</summary>
    void Prune(long channelId, long throughSeq);

    /// <summary>The feed of the kind begins here, or later where it does already.</summary>
    void RaiseFloor(string kind, long position);

    /// <summary>One that waits for sessions.</summary>
    void RewriteMessage(long id, ReadOnlyMemory<byte> payload);

    /// <summary>Among the keys of what was said in a room.</summary>
    void RenameSpeaker(ChannelName room, string user, string alias);

    /// <summary>In the receipts of a channel.</summary>
    void RenameFollower(ChannelName channel, string user, string alias);

    /// <summary>Nothing of what was promised and has been taken by the database stays in the log's file.</summary>
    void WipeLog();
}

/// <summary>What retention looks at, on disk.</summary>
internal interface IRetentionReader
{
    long NewestPosition();

    /// <summary>The kind's events behind a position, in order.</summary>
    IReadOnlyList<OldEvent> Oldest(string kind, long after, int limit);

    /// <summary>All of the kind; takes as long as reading it does.</summary>
    KindFigures Figures(string kind, CancellationToken cancellation);

    byte[] State(long channelId);

    /// <summary>Documents whose time was over before the given one.</summary>
    IReadOnlyList<string> Expired(string collection, DateTimeOffset before, int limit);
}
