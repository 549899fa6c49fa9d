using System.Diagnostics;
using System.Net.WebSockets;

namespace Gateway.Channels.WebSockets;

/// <summary>The sending side of one connection: takes turns over its subscriptions and lets frames leave in batches.</summary>
internal sealed class SocketSender(WebSocket socket, SocketWire wire, Outbox outbox, LiveServices services)
{
    // All owned by the one loop.
    private readonly HashSet<SocketSubscription> _attending = [];
    private readonly List<SocketSubscription> _opened = [];
    private readonly List<SocketSubscription> _closed = [];
    private readonly List<(ReceiptLine Line, long After, long Through, long AppendedAt)> _sent = [];
    private readonly Outgoing.Flush _flush = new();
    private int _frames;

    // Written by the loop, read by whoever writes to the wire meanwhile.
    private volatile bool _batching;

    // Written by the watch, cleared by the loop.
    private int _heartbeatWaiting;

    /// <param name="stop">Ends the loop between two frames.</param>
    /// <param name="aborted">The connection is gone.</param>
    public async Task<SocketClose> RunAsync(CancellationToken stop, CancellationToken aborted)
    {
        wire.OnWaiting(() =>
        {
            if (!_batching)
            {
                outbox.Add(_flush);
            }
        });
        while (await outbox.WaitAsync(stop))
        {
            _batching = true;
            while (!stop.IsCancellationRequested && outbox.TryTake(out var next))
            {
                await SendAsync(next, stop, aborted);
                if (wire.Gathered >= services.Options.FlushBytes)
                {
                    await FlushAsync(aborted);
                }
            }

            _batching = false;
            await FlushAsync(aborted);
            wire.Rest();
        }

        return SocketClose.ByPage;
    }

    /// <summary>One at a time: a page that does not read is not owed a pile of them.</summary>
    public void Heartbeat()
    {
        if (Interlocked.Exchange(ref _heartbeatWaiting, 1) == 0)
        {
            outbox.Add(new Outgoing.Heartbeat());
        }
    }

    /// <summary>Called when the loop has ended.</summary>
    public void LeaveAll()
    {
        foreach (var subscription in _attending)
        {
            Leave(subscription);
        }

        _attending.Clear();
    }

    private async ValueTask SendAsync(Outgoing next, CancellationToken stop, CancellationToken aborted)
    {
        switch (next)
        {
            case Outgoing.Reply reply:
                SendFrame(reply.Frame);
                outbox.Replied();
                break;
            case Outgoing.Opened opened:
                SendFrame(opened.Frame);
                outbox.Replied();
                _opened.Add(opened.Subscription);
                opened.Subscription.Wake();
                break;
            case Outgoing.Closed closed:
                _closed.Add(closed.Subscription);
                break;
            case Outgoing.Turn turn:
                await TakeTurnAsync(turn.Subscription, stop, aborted);
                break;
            case Outgoing.Watching watching:
                var circle = await watching.Watch.Rights.CircleAsync(watching.Watch.Name, stop);
                SendFrame(Frames.Presence(watching.Id, watching.Watch.Name, services.Presence.Watch(watching.Watch), circle));
                outbox.Replied();
                break;
            case Outgoing.Presence presence:
                await SendChangesAsync(presence.Watch, stop);
                break;
            case Outgoing.Heartbeat:
                Volatile.Write(ref _heartbeatWaiting, 0);
                SendFrame(Frames.Timed("heartbeat", id: null, services.Time.GetUtcNow()));
                break;
        }
    }

    private async ValueTask TakeTurnAsync(SocketSubscription subscription, CancellationToken stop, CancellationToken aborted)
    {
        if (subscription.IsOver)
        {
            return;
        }

        var taken = await subscription.TakeAsync(stop);
        var events = taken.Events;
        if (subscription.ShowsStates)
        {
            await SendStateAsync(subscription, !taken.IsNothing, stop);
        }
        else if (taken.Anew is { } snapshot)
        {
            ChannelsLog.Overtaken(services.Log, snapshot.Name.ToString(), subscription.Receipts.Subscriber);
            subscription.Hand(snapshot.Head);
            SendFrame(Frames.Anew(snapshot));
        }
        else if (events.Count > 0)
        {
            var through = subscription.Name.CursorOf(events[^1]);
            subscription.Hand(through);
            foreach (var stored in events)
            {
                SendFrame(subscription.Prefix, stored.Json.Span[1..]);
                if (wire.IsFilling)
                {
                    await FlushAsync(aborted);
                }
            }

            _sent.Add((subscription.Receipts, subscription.Name.CursorOf(events[0]) - 1, through, events[0].AppendedAt));
        }

        if (subscription.IsOver)
        {
            SendFrame(Frames.Error(id: null, "forbidden", $"{subscription.Name} is no longer yours to follow", subscription.Name));
            subscription.Dispose();
            _closed.Add(subscription);
        }
        else if (!taken.IsNothing)
        {
            subscription.Wake();
        }
    }

    private async ValueTask SendStateAsync(SocketSubscription subscription, bool changed, CancellationToken stop)
    {
        if (subscription.IsOver || !subscription.IsStateDue(changed) || await services.Source.SnapshotAsync(subscription.Name, stop) is not { } snapshot)
        {
            return;
        }

        subscription.Opened.Subscription.SkipTo(snapshot.Head);
        subscription.Hand(snapshot.Head);
        SendFrame(Frames.State(snapshot));
        _sent.Add((subscription.Receipts, snapshot.Head - 1, snapshot.Head, AppendedAt: 0));
    }

    private async ValueTask SendChangesAsync(PresenceWatch watch, CancellationToken stop)
    {
        if (watch.Rights.RuleOf(watch.Name) is not null && !await watch.Rights.MaySubscribeAsync(watch.Name, stop))
        {
            services.Presence.Unwatch(watch);
            return;
        }

        var circle = await watch.Rights.CircleAsync(watch.Name, stop);
        var (changes, anew) = services.Presence.Take(watch);
        if (anew is not null)
        {
            SendFrame(Frames.Presence(id: null, watch.Name, anew, circle));
        }

        foreach (var change in changes)
        {
            SendFrame(Frames.Change(watch.Name, change, circle));
        }
    }

    // The wire only gathers, so this does not wait for the page. What the page was told of its end stays the last that it is told.
    private void SendFrame(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest = default)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            throw new WebSocketException(WebSocketError.InvalidState);
        }

        wire.WriteText(first, rest);
        _frames++;
    }

    private async ValueTask FlushAsync(CancellationToken aborted)
    {
        var bytes = await wire.FlushBatchAsync(aborted);
        if (bytes > 0)
        {
            services.Meters.Sent(Transports.Socket, _frames, bytes);
            _frames = 0;
        }

        foreach (var (line, after, through, appendedAt) in _sent)
        {
            line.Sent(after, through);
            if (appendedAt > 0)
            {
                services.Meters.Delivered(Stopwatch.GetElapsedTime(appendedAt));
            }
        }

        foreach (var subscription in _opened)
        {
            Enter(subscription);
        }

        foreach (var subscription in _closed)
        {
            if (_attending.Remove(subscription))
            {
                Leave(subscription);
            }
        }

        _sent.Clear();
        _opened.Clear();
        _closed.Clear();
    }

    private void Enter(SocketSubscription subscription)
    {
        _attending.Add(subscription);
        subscription.Receipts.Connected();
        services.Attendance.Enter(subscription.Name, subscription.Rights);
    }

    private void Leave(SocketSubscription subscription)
    {
        subscription.Receipts.Disconnected();
        services.Attendance.Leave(subscription.Name, subscription.Rights);
    }
}
