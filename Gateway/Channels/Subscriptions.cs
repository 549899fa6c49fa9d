using System.Runtime.InteropServices;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Opens and closes subscriptions: joins the stream, then reads its state and head, and judges the cursor by what was read.</summary>
internal sealed class Subscriptions(ChannelHub hub, StreamSource source, ChannelMeters meters, ChannelOptions options)
{
    /// <summary>Null when there is no such channel or feed.</summary>
    /// <param name="wake">Called when there is something to take again, on the writer's thread: hand over and return.</param>
    public async ValueTask<OpenSubscription?> OpenAsync(StreamName name, SubscriptionWish wish, Action wake, CancellationToken cancellation)
    {
        var stream = hub.Join(name);
        OpenSubscription? opened = null;
        try
        {
            if (await source.SnapshotAsync(name, cancellation) is not { } snapshot)
            {
                return null;
            }

            var resume = wish.Cursor.Judge(snapshot.Epoch, snapshot.Head, snapshot.Oldest);
            if (resume.Reset)
            {
                meters.Reset(resume.Cause);
            }

            var after = wish.FromHead ? snapshot.Head : resume.After;
            var start = new SubscriptionStart(after, snapshot.Head, wish.PageSize ?? options.PageSize, options.QueueCapacity)
            {
                FromOldest = wish is { FromHead: false, Cursor.Since: 0 },
            };
            return opened = new(hub, stream, new(stream, source, meters, wake, start, wish.Rights), snapshot, resume with { After = after });
        }
        finally
        {
            if (opened is null)
            {
                hub.Leave(stream);
            }
        }
    }
}

/// <param name="Cursor">Where the reader wants to go on.</param>
/// <param name="FromHead">The reader wants what comes after the state, whatever its cursor was: delivery of states, not of events.</param>
/// <param name="PageSize">Events of one read, where not as the options say.</param>
/// <param name="Rights">Of whoever follows; null: no rule of a channel can end it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SubscriptionWish(Cursor Cursor, bool FromHead = false, int? PageSize = null, ISubscriberRights? Rights = null);

/// <summary>A subscription with the state it began from. Disposing leaves the stream.</summary>
internal sealed class OpenSubscription(ChannelHub hub, LiveStream stream, Subscription subscription, StreamSnapshot snapshot, Resume resume) : IDisposable
{
    public Subscription Subscription => subscription;

    public StreamSnapshot Snapshot { get; private set; } = snapshot;

    public Resume Resume => resume;

    /// <summary>Called when the reader has been told the state: it may stay for hours, and nobody asks again.</summary>
    public void ForgetState() => Snapshot = Snapshot with { State = default };

    public void Dispose()
    {
        if (subscription.Close())
        {
            hub.Leave(stream);
        }
    }
}
