using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>Finds a person in all that is kept and gives them another name there, in small steps between other work.</summary>
internal sealed class Erasure(IStore store, IErasureReader reader, IEmptiedLog emptied, TimeProvider time) : IErasure, IDisposable
{
    // Looked through in one statement: no read transaction is held for long.
    private const int Part = 20_000;

    // Rewritten in one transaction.
    private const int Step = 500;

    private const string Audit = "audit";
    private const string Leavers = "rooms-left";

    private static readonly string[] Kinds = ["enrollments", "checkins", Renaming.Rooms];

    // Answers that are kept for a repeat, what webhooks are told, what was said in rooms and who left them.
    private static readonly string[] Collections = ["idempotency", "rooms-messages", Leavers, "webhook-log:", "webhook-outbox:"];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private const int MostTries = 100;

    // The reader is one's at a time.
    private readonly SemaphoreSlim _reading = new(1);

    public async Task<IReadOnlyList<ChannelName>> ChannelsAsync(Renaming who, CancellationToken cancellation)
    {
        await store.SettleAsync();
        return await ReadAsync(() => Kinds.SelectMany(kind => reader.Channels(kind, who.Needle)).ToList(), cancellation);
    }

    public async IAsyncEnumerable<StoredEvent> EventsAsync(Renaming who, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await store.SettleAsync();
        foreach (var kind in Kinds.Append(Audit))
        {
            await foreach (var page in PagesAsync(kind, who, cancellation))
            {
                foreach (var stored in page.Where(stored => who.In(stored.Data.Span, kind == Renaming.Rooms) is not null))
                {
                    yield return stored;
                }
            }
        }
    }

    public async IAsyncEnumerable<(string Collection, byte[] Body)> RecordsAsync(Renaming who, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Who left a room is one list of all who did.
        foreach (var collection in Collections.Where(collection => collection != Leavers))
        {
            await foreach (var page in DocumentsAsync(collection, cancellation))
            {
                foreach (var kept in page.Where(kept => who.In(kept.Body, IsOfRoom(kept.Collection)) is not null))
                {
                    yield return (kept.Collection, kept.Body);
                }
            }
        }

        await foreach (var page in FollowedAsync(who, cancellation))
        {
            foreach (var (line, after, through, at, connected) in page)
            {
                yield return ("receipts", ContractJson.Write(new { channel = $"{line.Channel}", line.Subscriber, line.Step, after, through, at, connected }));
            }
        }
    }

    public async Task EraseAsync(Renaming who, long upTo, CancellationToken cancellation)
    {
        await store.SettleAsync();
        foreach (var kind in Kinds.Append(Audit))
        {
            await foreach (var page in PagesAsync(kind, who, cancellation))
            {
                await RewriteAsync(page.Where(stored => stored.Position <= upTo), kind == Renaming.Rooms, who);
            }
        }

        foreach (var collection in Collections)
        {
            await RewriteDocumentsAsync(collection, who, cancellation);
        }

        await RenameFollowerAsync(who, cancellation);
        var messages = await ReadAsync(() => reader.Messages(who.Needle), cancellation);
        await WriteAsync(transaction =>
        {
            foreach (var (id, payload) in messages)
            {
                if (who.In(payload, isOfRoom: false) is { } renamed)
                {
                    transaction.Retention.RewriteMessage(id, renamed);
                }
            }
        });
    }

    public async Task WipeAsync(CancellationToken cancellation)
    {
        await store.SettleAsync();
        emptied.AskToEmpty();
        for (var tries = 0; tries < MostTries && (tries == 0 || emptied.IsToBeEmptied); tries++)
        {
            if (tries > 0)
            {
                await Task.Delay(Pause, time, cancellation);
            }

            // A write, so that there is something to commit.
            await WriteAsync(transaction =>
            {
                transaction.Retention.WipeLog();
                transaction.Journal.Documents.Put("store", "wiped", ContractJson.Write(new { at = transaction.Journal.Now }));
            });
            await store.SettleAsync();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task RewriteAsync(IEnumerable<StoredEvent> events, bool isOfRoom, Renaming who)
    {
        foreach (var some in events.Chunk(Step))
        {
            await WriteAsync(transaction =>
            {
                foreach (var stored in some)
                {
                    if (who.In(stored.Data.Span, isOfRoom) is { } data)
                    {
                        transaction.Journal.Rewrite(stored.Position, data);
                    }
                }

                foreach (var room in isOfRoom && who.InRooms ? some.Select(stored => stored.Channel).Distinct() : [])
                {
                    transaction.Retention.RenameSpeaker(room, who.Id, who.Alias);
                }
            });
        }
    }

    private async Task RewriteDocumentsAsync(string collection, Renaming who, CancellationToken cancellation)
    {
        await foreach (var page in DocumentsAsync(collection, cancellation))
        {
            await WriteAsync(transaction =>
            {
                foreach (var kept in page)
                {
                    // Looked at again: it may have changed since.
                    if (transaction.Journal.Documents.Find(kept.Collection, kept.Key) is { } body && who.In(body, IsOfRoom(collection)) is { } renamed)
                    {
                        transaction.Journal.Documents.Put(kept.Collection, kept.Key, renamed);
                    }
                }
            });
        }
    }

    private async Task RenameFollowerAsync(Renaming who, CancellationToken cancellation)
    {
        await foreach (var page in FollowedAsync(who, cancellation))
        {
            foreach (var some in page.Select(receipt => receipt.Line.Channel).Distinct().Chunk(Step))
            {
                await WriteAsync(transaction => Array.ForEach(some, channel => transaction.Retention.RenameFollower(channel, who.Id, who.Alias)));
            }
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<ReceiptRange>> FollowedAsync(Renaming who, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = 0L; who.InRooms;)
        {
            var (page, end) = await ReadAsync(() => reader.Followed(who.Id, after, Part), cancellation);
            if (end == 0)
            {
                yield break;
            }

            yield return page;
            after = end;
        }
    }

    private static bool IsOfRoom(string collection) => collection.StartsWith(Renaming.Rooms, StringComparison.Ordinal);

    private async IAsyncEnumerable<IReadOnlyList<KeptDocument>> DocumentsAsync(
        string collection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The last sign is the next one: all collections that begin so, and that is one where it is a whole name.
        var to = collection.EndsWith(':') ? collection[..^1] + ';' : collection + '!';
        for (KeptDocument? last = null; ;)
        {
            var page = await ReadAsync(() => reader.Documents(collection, to, last, Step), cancellation);
            yield return page;
            if (page.Count < Step)
            {
                yield break;
            }

            last = page[^1];
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<StoredEvent>> PagesAsync(
        string kind, Renaming who, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var needle = kind == Audit ? Encoding.UTF8.GetBytes("/api/people/") : who.Needle;
        for (var after = 0L; ;)
        {
            var (found, end) = await ReadAsync(() => reader.Events(kind, needle, after, Part), cancellation);
            if (end == 0)
            {
                yield break;
            }

            yield return found;
            after = end;
        }
    }

    private async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            return await Task.Run(read, cancellation);
        }
        finally
        {
            _reading.Release();
        }
    }

    private Task WriteAsync(Action<StoreTransaction> write)
    {
        var work = new StoreStep(write);
        store.Submit(work);
        return work.Done;
    }

    private sealed class StoreStep(Action<StoreTransaction> write) : AwaitedWork
    {
        public override void Write(StoreTransaction transaction) => write(transaction);
    }
}

/// <summary>Where a person is looked for, on disk.</summary>
internal interface IErasureReader
{
    IReadOnlyList<ChannelName> Channels(string kind, byte[] needle);

    /// <summary>Those in the next so many events of the kind, and where they end; 0 where there are no more.</summary>
    (IReadOnlyList<StoredEvent> Found, long End) Events(string kind, byte[] needle, long after, int part);

    /// <summary>What they were sent, acknowledged and read on the next so many channels, and where these end; 0 where there are no more.</summary>
    (IReadOnlyList<ReceiptRange> Receipts, long End) Followed(string user, long after, int part);

    IReadOnlyList<KeptDocument> Documents(string from, string to, KeptDocument? after, int limit);

    IReadOnlyList<(long Id, byte[] Payload)> Messages(byte[] needle);
}

internal sealed record KeptDocument(string Collection, string Key, byte[] Body);

/// <summary>The log in front of the database, which can be emptied for good.</summary>
internal interface IEmptiedLog
{
    bool IsToBeEmptied { get; }

    /// <summary>With the next commits, as soon as no reader is in the way.</summary>
    void AskToEmpty();
}
