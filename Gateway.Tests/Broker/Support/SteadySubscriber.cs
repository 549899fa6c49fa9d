using System.Globalization;
using System.Net.Sockets;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Tests.Broker.Support;

/// <summary>A persistent subscriber over any number of connections: keeps what came, without what QoS 2 says it has already.</summary>
internal sealed class SteadySubscriber(string clientId, string topic, byte qos)
{
    // owned by RunAsync
    private readonly List<long> _numbers = [];
    private readonly HashSet<ushort> _received = [];
    private bool _hasSession;
    private long _last;

    /// <summary>All that came, in the order in which it came.</summary>
    public IReadOnlyList<long> Numbers => _numbers;

    public long Last => Volatile.Read(ref _last);

    /// <summary>Until the connection is lost, or number <paramref name="until"/> is here and settled.</summary>
    public async Task RunAsync(int port, long until = long.MaxValue)
    {
        try
        {
            using var client = await RawClient.OpenAsync(port);
            await ConnectAsync(client);
            while (_last < until || _received.Count > 0)
            {
                if (await client.TryReadAsync() is not { } packet)
                {
                    return;
                }

                await TakeAsync(client, packet.Header, packet.Body);
            }

            await client.PingAsync();
        }
        catch (Exception lost) when (lost is IOException or SocketException)
        {
            // the service was killed: the next run goes on
            return;
        }
        catch (OperationCanceledException)
        {
            var what = _last < until ? $"{_last + 1} of {until}" : $"the release of {string.Join(", ", _received)}";
            Assert.Fail($"{clientId} waits for {what} and hears nothing");
        }
    }

    /// <summary>Makes the session and goes away.</summary>
    public async Task SubscribeAsync(int port)
    {
        using var client = await RawClient.OpenAsync(port);
        await ConnectAsync(client);
    }

    private async Task ConnectAsync(RawClient client)
    {
        var accepted = await client.ConnectAsync(RawClient.Hello(clientId, clean: false) with { Properties = new() { SessionExpiry = 3_600 } });
        Assert.That(accepted.SessionPresent || !_hasSession, $"the session of {clientId} is there");
        if (!accepted.SessionPresent)
        {
            await client.SubscribeAsync(new SubscriptionRequest(topic, qos));
            _hasSession = true;
        }
    }

    private async Task TakeAsync(RawClient client, byte header, byte[] body)
    {
        if (header >> 4 == (int)PacketType.PubRel)
        {
            var id = AckPacket.Read(body, PacketType.PubRel, ProtocolVersion.V500).PacketId;
            _received.Remove(id);
            await client.AckAsync(PacketType.PubComp, id);
            return;
        }

        var message = Received.From(PublishPacket.Read(body, header & 15, ProtocolVersion.V500, fromServer: true));
        if (message.Qos < 2 || _received.Add(message.PacketId))
        {
            _numbers.Add(long.Parse(message.Payload, CultureInfo.InvariantCulture));
            Volatile.Write(ref _last, Math.Max(_last, _numbers[^1]));
        }

        await client.AckAsync(message.Qos == 2 ? PacketType.PubRec : PacketType.PubAck, message.PacketId);
    }
}
