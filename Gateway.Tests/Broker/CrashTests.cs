using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>
/// The broker is cut off at a random moment and starts again on exactly what was committed by then; publisher and subscriber behave as the standard
/// demands. Whatever the moment, QoS 2 arrives once and in order, QoS 1 at least once.
/// </summary>
public sealed class CrashTests
{
    private const int Messages = 25;

    [Test]
    public async Task Messages_BrokerCutOffAtAnyMoment_NoneLostNoneOfQos2Doubled([Range(1, 12)] int seed, [Values(1, 2)] int qos)
    {
        var dice = new Random((seed * 10) + qos);
        var store = new MemoryStore();
        var publisher = new StrictPublisher((byte)qos, Messages);
        var subscriber = new StrictSubscriber();
        for (var round = 0; round < 3; round++)
        {
            var fixture = await BrokerFixture.StartAsync(store: store);
            await subscriber.ConnectAsync(fixture, (byte)qos, subscribe: round == 0);
            await publisher.ConnectAsync(fixture);
            var steps = round == 2 ? int.MaxValue : dice.Next(5, 60);
            var silence = 0;
            for (var step = 0; step < steps && !(publisher.IsDone && subscriber.Has(Messages) && silence > 3) && silence < 200; step++)
            {
                var moved = dice.Next(3) switch
                {
                    0 => await publisher.SendNextAsync(),
                    1 => await publisher.TakeOneAsync(),
                    _ => await subscriber.TakeOneAsync(),
                };
                silence = moved ? 0 : silence + 1;
            }

            store = store.Copy();
            publisher.Cut();
            subscriber.Cut();
            await fixture.DisposeAsync();
        }

        var arrived = qos == 2 ? subscriber.Payloads : [.. subscriber.Payloads.Distinct()];
        Assert.That(arrived, Is.EqualTo(Enumerable.Range(1, Messages).Select(static n => $"{n}")));
    }

    private sealed class StrictPublisher(byte qos, int count)
    {
        private readonly SortedDictionary<ushort, bool> _owed = [];
        private RawClient _client = null!;
        private int _sent;

        public bool IsDone => _sent == count && _owed.Count == 0;

        public async Task ConnectAsync(BrokerFixture fixture)
        {
            _client = await fixture.ConnectAsync(RawClient.Hello("p", clean: false) with { Properties = new() { SessionExpiry = 600 } });
            foreach (var (id, isReceived) in _owed)
            {
                await (isReceived ? _client.AckAsync(PacketType.PubRel, id) : SendAsync(id, duplicate: true));
            }
        }

        public async Task<bool> SendNextAsync()
        {
            if (_sent == count)
            {
                return false;
            }

            _owed[(ushort)++_sent] = false;
            await SendAsync((ushort)_sent, duplicate: false);
            return true;
        }

        public async Task<bool> TakeOneAsync()
        {
            if (await _client.PollAsync() is not { } packet)
            {
                return false;
            }

            var ack = AckPacket.Read(packet.Body, (PacketType)(packet.Header >> 4), ProtocolVersion.V500);
            if (ack.Type == PacketType.PubRec)
            {
                _owed[ack.PacketId] = true;
                await _client.AckAsync(PacketType.PubRel, ack.PacketId);
            }
            else
            {
                _owed.Remove(ack.PacketId);
            }

            return true;
        }

        public void Cut() => _client.Dispose();

        private Task SendAsync(ushort id, bool duplicate) => _client.SendAsync(to => new PublishPacket
        {
            Topic = "a"u8,
            Payload = System.Text.Encoding.UTF8.GetBytes($"{id}"),
            Qos = qos,
            PacketId = id,
            Duplicate = duplicate,
        }.Write(to, ProtocolVersion.V500));
    }

    private sealed class StrictSubscriber
    {
        private readonly HashSet<ushort> _received = [];
        private RawClient _client = null!;

        public List<string> Payloads { get; } = [];

        public bool Has(int count) => Payloads.Distinct().Count() >= count;

        public async Task ConnectAsync(BrokerFixture fixture, byte qos, bool subscribe)
        {
            _client = await fixture.OpenAsync();
            var accepted = await _client.ConnectAsync(RawClient.Hello("s", clean: false) with { Properties = new() { SessionExpiry = 600 } });
            Assert.That(accepted.SessionPresent, Is.EqualTo(!subscribe));
            if (subscribe)
            {
                await _client.SubscribeAsync(new SubscriptionRequest("a", qos));
            }
        }

        public async Task<bool> TakeOneAsync()
        {
            if (await _client.PollAsync() is not { } packet)
            {
                return false;
            }

            var type = (PacketType)(packet.Header >> 4);
            if (type == PacketType.PubRel)
            {
                var id = AckPacket.Read(packet.Body, type, ProtocolVersion.V500).PacketId;
                _received.Remove(id);
                await _client.AckAsync(PacketType.PubComp, id);
                return true;
            }

            var message = Received.From(PublishPacket.Read(packet.Body, packet.Header & 15, ProtocolVersion.V500, fromServer: true));
            if (message.Qos == 1 || _received.Add(message.PacketId))
            {
                Payloads.Add(message.Payload);
            }

            await _client.AckAsync(message.Qos == 1 ? PacketType.PubAck : PacketType.PubRec, message.PacketId);
            return true;
        }

        public void Cut() => _client.Dispose();
    }
}
