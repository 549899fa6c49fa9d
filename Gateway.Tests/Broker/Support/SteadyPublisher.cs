using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Tests.Broker.Support;

/// <summary>Publishes 1, 2, 3 … over any number of connections, with some in flight, and repeats what was not acknowledged as the standard demands.</summary>
internal sealed class SteadyPublisher(string clientId, string topic, byte qos, bool retain = false)
{
    private const int Window = 20;

    // packet id → received by the broker (QoS 2); owned by RunAsync
    private readonly Dictionary<ushort, bool> _owed = [];
    private readonly Queue<ushort> _order = [];
    private long _sent;
    private long _acknowledged;
    private volatile bool _isEnding;

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>That many, and these: numbers are acknowledged in their order.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The next run ends when all is acknowledged.</summary>
    public void Finish() => _isEnding = true;

    /// <summary>Until the connection is lost, or all is done.</summary>
    public async Task RunAsync(int port)
    {
        try
        {
            using var client = await RawClient.OpenAsync(port);
            await client.ConnectAsync(RawClient.Hello(clientId, clean: false) with { Properties = new() { SessionExpiry = 3_600 } });
            await RepeatAsync(client);
            while (!_isEnding || _owed.Count > 0)
            {
                while (!_isEnding && _owed.Count < Window)
                {
                    await SendNextAsync(client);
                }

                if (!await TakeAsync(client))
                {
                    return;
                }
            }
        }
        catch (Exception lost) when (lost is IOException or SocketException or AssertionException)
        {
            // the service was killed: the next run goes on
            return;
        }
    }

    private static ushort IdOf(long number) => (ushort)(1 + ((number - 1) % 1_000));

    private async Task RepeatAsync(RawClient client)
    {
        foreach (var id in _order.ToList())
        {
            await (_owed[id] ? client.AckAsync(PacketType.PubRel, id) : PublishAsync(client, NumberOf(id), duplicate: true));
        }
    }

    // within the window an id stands for one number
    private long NumberOf(ushort id) => Enumerable.Range(0, 1_000).Select(back => _sent - back).First(number => IdOf(number) == id);

    private async Task SendNextAsync(RawClient client)
    {
        var number = Volatile.Read(ref _sent) + 1;
        _owed[IdOf(number)] = false;
        _order.Enqueue(IdOf(number));
        Volatile.Write(ref _sent, number);
        await PublishAsync(client, number, duplicate: false);
    }

    private async Task<bool> TakeAsync(RawClient client)
    {
        if (await client.TryReadAsync() is not { } packet)
        {
            return false;
        }

        var ack = AckPacket.Read(packet.Body, (PacketType)(packet.Header >> 4), ProtocolVersion.V500);
        if (ack.Type == PacketType.PubRec)
        {
            _owed[ack.PacketId] = true;
            await client.AckAsync(PacketType.PubRel, ack.PacketId);
            return true;
        }

        Assert.That(_order.Dequeue(), Is.EqualTo(ack.PacketId), "acknowledgements in the order of the messages");
        _owed.Remove(ack.PacketId);
        Interlocked.Increment(ref _acknowledged);
        return true;
    }

    private Task PublishAsync(RawClient client, long number, bool duplicate) => client.SendAsync(to => new PublishPacket
    {
        Topic = Encoding.UTF8.GetBytes(topic),
        Payload = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
        Qos = qos,
        Retain = retain,
        PacketId = IdOf(number),
        Duplicate = duplicate,
    }.Write(to, ProtocolVersion.V500));
}
