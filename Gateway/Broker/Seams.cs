using System.Net;

namespace Gateway.Broker;

// Everything the broker asks of the product around it. Four small interfaces; the broker names no type beyond them.

/// <summary>Decides who a connecting client is.</summary>
internal interface IAuthenticator
{
    ValueTask<Authentication> AuthenticateAsync(ConnectAttempt attempt, CancellationToken cancellation);
}

/// <summary>What one authenticated client may do. Asked at each publish, subscribe and delivery; a right withdrawn ends the connection instead.</summary>
internal interface IClientRights
{
    /// <summary>The identity that sessions belong to; a client id made by one owner is refused to any other but the one whose it is.</summary>
    string Owner { get; }

    /// <summary>Cancelled when the rights are withdrawn or run out: the connection ends with them.</summary>
    CancellationToken Ended { get; }

    bool MayUseClientId(string clientId);

    /// <summary>Whether nobody else is to have it: whoever got there first makes way.</summary>
    bool OwnsClientId(string clientId);

    bool MayPublish(string topic);

    /// <param name="filter">As it was asked for, a shared subscription with its <c>$share/group/</c>.</param>
    bool MaySubscribe(string filter);

    /// <summary>Whether a message that matches a granted subscription may be handed out (a wide filter can cover topics that are denied).</summary>
    bool MayReceive(string topic);
}

/// <summary>Stands between a received PUBLISH and its acknowledgement and routing: the product's say, and the commit.</summary>
internal interface IPublishGate
{
    /// <summary>
    /// Takes the unit in the order of receipt. Whoever implements it calls <see cref="PublishUnit.Write"/> inside the one transaction and
    /// <see cref="PublishUnit.Completed"/> after the commit, in commit order; where nothing needs a disk, Completed may be called at once.
    /// </summary>
    void Submit(PublishUnit unit);
}

/// <summary>Hears what happens to connections. Called outside every lock of the broker, in the order of events per client.</summary>
internal interface IConnectionListener
{
    void Connected(ClientConnection connection);

    void Disconnected(ClientConnection connection);

    void Subscribed(ClientConnection connection, string filter);
}

/// <summary>The payload of a message that expires, as it is to be sent with so much of its time left.</summary>
internal delegate ReadOnlyMemory<byte> Countdown(string topic, ReadOnlyMemory<byte> payload, TimeSpan left);

/// <summary>Where the broker keeps what must survive: one combined commit with the rest of the product.</summary>
internal interface IBrokerStore
{
    /// <summary>Everything kept, read once at start.</summary>
    IEnumerable<KeyValuePair<string, RetainedMessage>> LoadRetained();

    /// <summary>Every session that outlives its connection, and how much it is owed.</summary>
    IEnumerable<StoredSession> LoadSessions();

    /// <summary>
    /// What a session is owed and has not received, from behind <paramref name="after"/> up to <paramref name="upTo"/>, in order: as many as were
    /// asked for, or fewer once their payloads are more than <paramref name="bytes"/>. Called off the writer, by one caller at a time.
    /// </summary>
    OwedPage ReadOwed(string clientId, long after, long upTo, int messages, long bytes);

    /// <summary>Queues work for the next batch; batches are committed in order and their work completed in order.</summary>
    void Submit(IBrokerWork work);
}

/// <summary>A piece of work inside a batch. Write may run again when another piece of its batch failed, so it must not change memory.</summary>
internal interface IBrokerWork
{
    void Write(IBrokerWrites writes);

    /// <summary>After the commit (failure is null) or instead of it. Runs on the writer: cheap, and never blocks.</summary>
    void Completed(Exception? failure);
}

internal interface IBrokerWrites
{
    void PutRetained(string topic, RetainedMessage message);

    void RemoveRetained(string topic);

    /// <summary>Adds or replaces the session itself; its subscriptions, messages and packet ids stay.</summary>
    void PutSession(SessionRow session);

    /// <summary>The session and everything of it. What it is owed, and nobody else, goes with it; what came to it through a share is given back.</summary>
    IReadOnlyList<OwedMessage> RemoveSession(string clientId);

    void PutSubscription(string clientId, SubscriptionRow subscription);

    void RemoveSubscription(string clientId, string filter);

    /// <summary>See <see cref="SubscriptionRow.Replayed"/>; nothing where the subscription is gone.</summary>
    void PutReplayed(string clientId, string filter, string? replayed);

    /// <summary>
    /// Removes retained messages that have expired, and owed ones that were never sent. Gives what each session is owed less for it.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, BacklogSize>> PurgeExpired(DateTimeOffset now);

    /// <summary>Keeps a message once, and for each receiver that it is owed.</summary>
    void Enqueue(StoredMessage message, IReadOnlyList<OwedRow> receivers);

    /// <summary>The receiver has it (QoS 2: PUBREC): from now on it is owed PUBREL, not the message.</summary>
    void MarkReceived(string clientId, long messageId);

    /// <summary>No longer owed to this receiver; the last one takes the message along.</summary>
    void Settle(string clientId, long messageId);

    /// <summary>A QoS 2 packet id in use by the client.</summary>
    void PutIncoming(string clientId, ushort packetId);

    void RemoveIncoming(string clientId, ushort packetId);
}

internal sealed record ConnectAttempt(string ClientId, string? UserName, ReadOnlyMemory<byte>? Password, EndPoint? Remote, bool Encrypted);

/// <summary>Either rights, or the reason for the refusal.</summary>
internal readonly record struct Authentication(IClientRights? Rights, ReasonCode Refusal)
{
    public static Authentication Granted(IClientRights rights) => new(rights, ReasonCode.Success);

    public static Authentication Refused(ReasonCode reason) => new(null, reason);
}

/// <summary>The product's word on a received message.</summary>
/// <param name="Reason">Goes into the PUBACK or PUBREC of an MQTT 5 client.</param>
/// <param name="Routed">Whether the message is routed and, when flagged so, retained. A duplicate or a misfit is neither.</param>
/// <param name="Taken">The product itself received it: its publisher is not told that nobody did.</param>
internal readonly record struct PublishVerdict(ReasonCode Reason, bool Routed, bool Taken = false)
{
    public static readonly PublishVerdict Accepted = new(ReasonCode.Success, Routed: true);

    /// <summary>Received by the product, and routed to whoever subscribes beside it.</summary>
    public static readonly PublishVerdict TakenAndRouted = new(ReasonCode.Success, Routed: true, Taken: true);

    /// <summary>Known already: acknowledged as if new, handed to nobody.</summary>
    public static readonly PublishVerdict Absorbed = new(ReasonCode.Success, Routed: false);

    public static PublishVerdict Refused(ReasonCode reason) => new(reason, Routed: false);
}
