using Gateway.Journal;

namespace Gateway.Channels.WebSockets;

/// <summary>Whose coming and going one page wants to hear of, and what it says in passing. Owned by the reader loop of its connection.</summary>
internal sealed class SocketPresence(Outbox outbox, LiveServices services)
{
    private const int MaxSignal = 1_024;

    private readonly Dictionary<StreamName, PresenceWatch> _watches = [];

    public IReadOnlyCollection<StreamName> Names => _watches.Keys;

    public async ValueTask WatchAsync(StreamName name, string? id, ISubscriberRights rights, CancellationToken stop)
    {
        if (await services.Source.SnapshotAsync(name, stop) is null)
        {
            await outbox.ReplyAsync(new Outgoing.Reply(Frames.Error(id, "unknown_channel", $"there is no {name}")), stop);
            return;
        }

        Unwatch(name);
        var watch = _watches[name] = new(name, rights, woken => outbox.Add(new Outgoing.Presence(woken)));
        await outbox.ReplyAsync(new Outgoing.Watching(id, watch), stop);
    }

    /// <summary>Only from who follows the channel here, and only where pages may speak at all. Nobody waits for an answer to it.</summary>
    public async ValueTask SignalAsync(SocketRequest request, string? id, ISubscriberRights rights, bool isFollowing, CancellationToken stop)
    {
        var (name, data) = (request.Channel, request.Data);
        if (data.GetRawText().Length > MaxSignal)
        {
            throw new BadRequestFieldException("data", $"data of a signal is at most {MaxSignal} characters");
        }

        if (!isFollowing || !services.Publishers.TryFind(name, out _) || !await rights.MayPublishAsync(name, stop))
        {
            await outbox.ReplyAsync(new Outgoing.Reply(Frames.Error(id, "forbidden", $"{name} is not yours to signal on from here")), stop);
            return;
        }

        services.Presence.Signal(name, rights, data);
    }

    public void Unwatch(StreamName name)
    {
        if (_watches.Remove(name, out var watch))
        {
            services.Presence.Unwatch(watch);
        }
    }

    /// <summary>Called when the reader loop has ended.</summary>
    public void LeaveAll()
    {
        foreach (var watch in _watches.Values)
        {
            services.Presence.Unwatch(watch);
        }

        _watches.Clear();
    }
}
