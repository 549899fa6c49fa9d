using System.Threading.Channels;

namespace Gateway.Broker.Sessions;

/// <summary>
/// Feeds connected durable sessions from the store, one after another: the next page of their backlog, then the next of the retained messages that
/// they were promised. One read at a time, so a thousand clients that come back at once cost a thousand short turns.
/// </summary>
internal sealed class BacklogLoop(IBrokerStore store, MessageIds ids, TimeProvider time, ILogger log)
{
    private const int PageMessages = SendQueue.WindowMessages / 2;
    private const long PageBytes = SendQueue.WindowBytes / 2;

    // a session is in it at most once
    private readonly Channel<Session> _hungry = Channel.CreateUnbounded<Session>(new() { SingleReader = true });
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    public void Feed(Session session) => _hungry.Writer.TryWrite(session);

    public Task StopAsync()
    {
        _hungry.Writer.TryComplete();
        return _loop;
    }

    private async Task RunAsync()
    {
        await foreach (var session in _hungry.Reader.ReadAllAsync())
        {
            try
            {
                FeedNow(session);
            }
            catch (Exception failed)
            {
                BrokerLog.BacklogUnreadable(log, session.ClientId, failed);
                session.CloseLink(ReasonCode.ImplementationSpecificError, "what waits for the session could not be read");
            }
        }
    }

    private void FeedNow(Session session)
    {
        if (session.TakeRequest() is { } request)
        {
            session.AddPage(request, store.ReadOwed(session.ClientId, request.After, request.UpTo, PageMessages, PageBytes));
        }
        else if (session.BeginReplay() is { } replay)
        {
            store.Submit(new RetainedHandOver(session, replay, replay.Page(time.GetUtcNow(), PageMessages, PageBytes), ids, log));
        }
    }
}

/// <summary>Numbers for stored messages: rising in the order in which they are written.</summary>
internal sealed class MessageIds
{
    // changed by Interlocked only
    private long _last;

    /// <summary>At start: behind those that are in use.</summary>
    public void ContinueAfter(long id) => _last = id;

    public long Next() => Interlocked.Increment(ref _last);
}
