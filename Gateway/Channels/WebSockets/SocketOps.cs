using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.WebSockets;

/// <summary>Does what one page asks for. Used by the reader loop of its connection alone.</summary>
internal sealed class SocketOps(
    string connection, ISubscriberRights granted, HttpContext context, Outbox outbox, MessageRate rate, LiveServices services)
{
    private static readonly TimeSpan ShortestEvery = TimeSpan.FromMilliseconds(20);

    private readonly Lock _listing = new();

    // Changed by the reader loop alone, and under _listing, by which others may look.
    private readonly Dictionary<StreamName, SocketSubscription> _subscriptions = [];

    // Owned by the reader loop.
    private readonly SocketPresence _presence = new(outbox, services);
    private readonly SocketPublishing _publishing = new(connection, outbox, services);

    // Written by the reader loop, read by the watch.
    private volatile ISubscriberRights _rights = granted;

    public ISubscriberRights Rights => _rights;

    /// <summary>A close when the connection cannot go on; else what was asked is done, or answered with an error.</summary>
    public async ValueTask<SocketClose?> HandleAsync(SocketRequest request, CancellationToken stop)
    {
        string? id = null;
        try
        {
            id = request.Id;
            switch (request.Op)
            {
                case "subscribe":
                    await SubscribeAsync(request, id, stop);
                    return null;
                case "unsubscribe":
                    await UnsubscribeAsync(request, id, stop);
                    return null;
                case "ack":
                    Acknowledge(request, (subscription, through) => subscription.Acknowledge(through));
                    return null;
                case "read":
                    Acknowledge(request, (subscription, through) => subscription.Read(through));
                    return null;
                case "renew":
                    return await RenewAsync(request, id, stop);
                case "ping":
                    await ReplyAsync(Frames.Timed("pong", id, services.Time.GetUtcNow()), stop);
                    return null;
                case "publish":
                    await _publishing.PublishAsync(request, id, _rights, stop);
                    return null;
                case "presence":
                    await WatchAsync(request, id, stop);
                    return null;
                case "signal":
                    await _presence.SignalAsync(request, id, _rights, _subscriptions.ContainsKey(request.Channel), stop);
                    return null;
                default:
                    throw new BadRequestFieldException("op", $"op '{request.Op}' is not known");
            }
        }
        catch (BadRequestFieldException misfit)
        {
            await ErrorAsync(id, "bad_request", misfit.Message, stop);
            return null;
        }
    }

    /// <summary>On any thread.</summary>
    public IReadOnlyList<Followed> Followed()
    {
        lock (_listing)
        {
            return [.. _subscriptions.Values.Where(one => !one.IsOver)
                .Select(one => new Followed(one.Name, one.Receipts.Subscriber, one.Opened.Subscription.Progress))];
        }
    }

    /// <summary>Called when the reader loop has ended.</summary>
    public async Task LeaveAllAsync()
    {
        foreach (var subscription in _subscriptions.Values)
        {
            subscription.Dispose();
        }

        lock (_listing)
        {
            _subscriptions.Clear();
        }

        _presence.LeaveAll();
        await _publishing.EndAsync();
    }

    private async ValueTask SubscribeAsync(SocketRequest request, string? id, CancellationToken stop)
    {
        var name = request.Channel;
        var cursor = new Cursor(request.Epoch, request.Count("since"));
        var every = request.Count("every") is { } milliseconds ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)) : (TimeSpan?)null;
        var subscriber = request.Client ?? connection;
        if (!await MayFollowAsync(name, _subscriptions.Keys, id, stop))
        {
            return;
        }

        var subscription = new SocketSubscription(name, every < ShortestEvery ? ShortestEvery : every, _rights, outbox, services.Time);
        var wish = new SubscriptionWish(cursor, FromHead: every is not null, Rights: _rights);
        if (await services.Subscriptions.OpenAsync(name, wish, subscription.Wake, stop) is not { } opened)
        {
            await ErrorAsync(id, "unknown_channel", $"there is no {name}", stop);
            return;
        }

        try
        {
            subscription.Open(opened, await services.Receipts.LineAsync(name, subscriber, _rights.User, stop));
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        Replace(subscription, out var former);
        LogStart(opened, subscriber);
        var frame = Frames.Subscribed(id, opened);
        opened.ForgetState();
        await outbox.ReplyAsync(new Outgoing.Opened(frame, subscription), stop);
        if (former is not null)
        {
            outbox.Add(new Outgoing.Closed(former));
        }
    }

    private async ValueTask<bool> MayFollowAsync(StreamName name, IReadOnlyCollection<StreamName> followed, string? id, CancellationToken stop)
    {
        if (!await _rights.MaySubscribeAsync(name, stop))
        {
            await ErrorAsync(id, "forbidden", $"{name} is not yours to follow", stop);
            return false;
        }

        if (services.Options.MaxChannelsPerConnection is > 0 and var most && followed.Count >= most && !followed.Contains(name))
        {
            services.Connections.TooMany(connection, _rights.User);
            await ErrorAsync(id, "limit", $"one connection follows at most {most} channels", stop);
            return false;
        }

        return true;
    }

    private void Replace(SocketSubscription subscription, out SocketSubscription? former)
    {
        lock (_listing)
        {
            _subscriptions.Remove(subscription.Name, out former);
            _subscriptions.Add(subscription.Name, subscription);
        }

        former?.Dispose();
    }

    private async ValueTask UnsubscribeAsync(SocketRequest request, string? id, CancellationToken stop)
    {
        var name = request.Channel;
        Close(name);
        _presence.Unwatch(name);
        await ReplyAsync(Frames.Reply("unsubscribed", id, writer => writer.WriteString("channel"u8, name.ToString())), stop);
    }

    private void Close(StreamName name)
    {
        SocketSubscription? subscription;
        lock (_listing)
        {
            _subscriptions.Remove(name, out subscription);
        }

        if (subscription is not null)
        {
            subscription.Dispose();
            outbox.Add(new Outgoing.Closed(subscription));
        }
    }

    private async ValueTask WatchAsync(SocketRequest request, string? id, CancellationToken stop)
    {
        var name = request.Channel;
        if (await MayFollowAsync(name, _presence.Names, id, stop))
        {
            await _presence.WatchAsync(name, id, _rights, stop);
        }
    }

    private void Acknowledge(SocketRequest request, Func<SocketSubscription, long, bool> note)
    {
        var name = request.Channel;
        var through = request.RequiredCount(name.CursorField);
        if (!_subscriptions.TryGetValue(name, out var subscription))
        {
            throw new BadRequestFieldException("channel", $"channel {name} is not subscribed to here");
        }

        if (through > subscription.Handed)
        {
            throw new BadRequestFieldException(name.CursorField, $"{name.CursorField} {through} of {name} was not sent yet");
        }

        if (note(subscription, through))
        {
            // It answers what it was sent: a page that acknowledges each event of a fast channel asks for nothing.
            rate.GiveBack();
        }
    }

    private async ValueTask<SocketClose?> RenewAsync(SocketRequest request, string? id, CancellationToken stop)
    {
        var ticket = request.Ticket ?? throw new BadRequestFieldException("ticket", "ticket is missing");
        var verdict = services.Desk.Redeem(ticket, context);
        if (!verdict.IsGranted)
        {
            return SocketClose.Of(verdict.Refusal, Random.Shared.NextDouble());
        }

        // Rights that end by another's word are another identity's.
        if (verdict.Rights.User != _rights.User || verdict.Rights.Ended != _rights.Ended)
        {
            return SocketClose.Of(SocketClose.Forbidden, Random.Shared.NextDouble());
        }

        _rights = verdict.Rights;
        await ReplyAsync(Frames.Reply("renewed", id, writer => writer.WriteString("expiresAt"u8, ContractJson.Time(_rights.ExpiresAt))), stop);
        foreach (var name in _subscriptions.Keys.Union(_presence.Names).ToList())
        {
            if (await _rights.MaySubscribeAsync(name, stop))
            {
                continue;
            }

            Close(name);
            _presence.Unwatch(name);
            await outbox.ReplyAsync(new Outgoing.Reply(Frames.Error(id: null, "forbidden", $"{name} is no longer yours to follow", name)), stop);
        }

        return null;
    }

    private ValueTask ReplyAsync(byte[] frame, CancellationToken stop) => outbox.ReplyAsync(new Outgoing.Reply(frame), stop);

    private ValueTask ErrorAsync(string? id, string code, string message, CancellationToken stop) => ReplyAsync(Frames.Error(id, code, message), stop);

    private void LogStart(OpenSubscription opened, string subscriber)
    {
        var channel = opened.Snapshot.Name.ToString();
        ChannelsLog.Subscribed(services.Log, connection, channel, opened.Resume.After, opened.Resume.Reset);
        if (opened.Resume.Reset)
        {
            ChannelsLog.Reset(services.Log, channel, subscriber);
        }
    }
}
