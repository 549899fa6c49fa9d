using System.Threading.Channels;

namespace Gateway.Channels.WebSockets;

/// <summary>
/// What one connection has to send, in order. It needs no bound of its own: answers wait for room before they enter, a subscription is in it at most
/// once at a time (with states instead of events: twice, for the timer), and so are presence, heartbeat and flush.
/// </summary>
internal sealed class Outbox(int repliesWaiting) : IDisposable
{
    // A bound that is none: of the framework's two kinds this one takes memory for what is in it, the unbounded one for 32 more.
    private readonly Channel<Outgoing> _waiting = Channel.CreateBounded<Outgoing>(new BoundedChannelOptions(int.MaxValue) { SingleReader = true });
    private readonly SemaphoreSlim _room = new(repliesWaiting);

    /// <summary>Waits while the page has not read its former answers: its next request is not read until then.</summary>
    public async ValueTask ReplyAsync(Outgoing reply, CancellationToken cancellation)
    {
        await ReserveAsync(cancellation);
        Add(reply);
    }

    /// <summary>The same for an answer that is not known yet: waits for its room; it is added when it is known.</summary>
    public Task ReserveAsync(CancellationToken cancellation) => _room.WaitAsync(cancellation);

    public void Replied() => _room.Release();

    public void Add(Outgoing turn) => _waiting.Writer.TryWrite(turn);

    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _waiting.Reader.WaitToReadAsync(cancellation);

    public bool TryTake(out Outgoing next) => _waiting.Reader.TryRead(out next!);

    public void Dispose() => _room.Dispose();
}

internal abstract record Outgoing
{
    /// <summary>An answer to a request.</summary>
    public sealed record Reply(byte[] Frame) : Outgoing;

    /// <summary>The first frame of a subscription; its events follow.</summary>
    public sealed record Opened(byte[] Frame, SocketSubscription Subscription) : Outgoing;

    /// <summary>A subscription has ended; no frame of its own.</summary>
    public sealed record Closed(SocketSubscription Subscription) : Outgoing;

    /// <summary>A subscription has something to take.</summary>
    public sealed record Turn(SocketSubscription Subscription) : Outgoing;

    /// <summary>The answer to a question for presence: who is there, and from then on who comes and goes.</summary>
    public sealed record Watching(string? Id, PresenceWatch Watch) : Outgoing;

    /// <summary>Somebody came or went.</summary>
    public sealed record Presence(PresenceWatch Watch) : Outgoing;

    public sealed record Heartbeat : Outgoing;

    /// <summary>Bytes wait on the wire.</summary>
    public sealed record Flush : Outgoing;
}
