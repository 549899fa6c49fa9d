using FsCheck;
using FsCheck.Fluent;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>
/// Random histories of one client (subscriptions, reconnects with and without its session, restarts of the broker, messages that it acknowledges
/// or not) beside a model that knows only what the standard says it is owed.
/// </summary>
public sealed class SessionModelTests
{
    private static readonly string[] s_topics = ["a", "a/b", "c"];
    private static readonly string[] s_filters = ["a", "a/#", "+", "c"];

    [Test]
    [Category("Slow")]
    public void Sessions_AnyHistory_BehaveLikeTheModel() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), 40).ToArbitrary(), static choices => PlayAsync(choices).GetAwaiter().GetResult()));

    private static async Task PlayAsync(int[] choices)
    {
        await using var history = new History();
        await history.StartAsync();
        foreach (var choice in choices)
        {
            var of = choice / 8;
            var step = (choice % 8) switch
            {
                0 => history.SubscribeAsync(s_filters[of % s_filters.Length], (byte)(of / 7 % 3)),
                1 => history.UnsubscribeAsync(s_filters[of % s_filters.Length]),
                2 => history.ReconnectAsync(isClean: of % 4 == 0),
                3 when of % 3 == 0 => history.RestartAsync(),
                _ => history.PublishAsync(s_topics[of % s_topics.Length], (byte)(of / 5 % 3), isRetained: of % 11 == 0, isAcknowledged: of % 2 == 0),
            };
            await step;
        }

        await history.ReconnectAsync(isClean: false);
    }

    private sealed class History : IAsyncDisposable
    {
        private readonly Dictionary<string, byte> _subscriptions = [];
        private readonly Dictionary<string, string> _retained = [];
        private readonly MemoryStore _store = new();

        // what the client is owed and has not acknowledged, with the packet id once it was sent
        private readonly List<(string Payload, byte Qos, ushort PacketId)> _owed = [];
        private BrokerFixture _fixture = null!;
        private RawClient _client = null!;
        private int _number;

        public async Task StartAsync()
        {
            _fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.Zero }, _store);
            await ConnectAsync(isClean: true, isPresent: false);
        }

        public async Task SubscribeAsync(string filter, byte qos)
        {
            await _client.SendAsync(to => new SubscribePacket(77, [new(filter, qos, RetainHandling: RetainHandling.Send)]).Write(to, ProtocolVersion.V500));
            Assert.That((await _client.ReadAsync()).Header, Is.EqualTo(0x90));
            _subscriptions[filter] = qos;
            var retained = _retained.Where(r => Matches(filter, r.Key)).Select(static r => r.Value).ToHashSet();
            var messages = new List<Received>();
            while (messages.Count < retained.Count)
            {
                messages.Add(await _client.ReadPublishAsync());
            }

            Assert.That(messages.Select(static m => m.Payload), Is.EquivalentTo(retained));
            foreach (var message in messages)
            {
                Assert.That((message.Retain, message.Qos), Is.EqualTo((true, Math.Min(qos, (byte)1))));
                await AcknowledgeAsync(message);
            }
        }

        public async Task UnsubscribeAsync(string filter)
        {
            await _client.SendAsync(to => new UnsubscribePacket(78, [filter]).Write(to, ProtocolVersion.V500));
            var (header, body) = await _client.ReadAsync();
            var reason = _subscriptions.Remove(filter) ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted;
            Assert.That((header, SubAckPacket.Read(body, PacketType.UnsubAck, ProtocolVersion.V500).Reasons[0]), Is.EqualTo(((byte)0xB0, reason)));
        }

        public async Task PublishAsync(string topic, byte qos, bool isRetained, bool isAcknowledged)
        {
            var payload = $"{++_number}";
            qos = isRetained ? (byte)1 : qos;
            await _fixture.Broker.Publish(topic, System.Text.Encoding.UTF8.GetBytes(payload), qos, isRetained);
            if (isRetained)
            {
                _retained[topic] = payload;
            }

            var granted = _subscriptions.Where(s => Matches(s.Key, topic)).Select(static s => (int)s.Value).DefaultIfEmpty(-1).Max();
            if (granted < 0)
            {
                return;
            }

            var message = await _client.ReadPublishAsync();
            var expected = (byte)Math.Min(granted, qos);
            Assert.That((message.Payload, message.Qos, message.Duplicate, message.Retain), Is.EqualTo((payload, expected, false, false)));
            Assert.That(_owed.Select(static o => o.PacketId), Has.None.EqualTo(message.PacketId).Or.All.EqualTo(0), "the packet id is not in use");
            if (expected > 0 && isAcknowledged)
            {
                await AcknowledgeAsync(message);
            }
            else if (expected > 0)
            {
                _owed.Add((payload, expected, message.PacketId));
            }
        }

        public async Task ReconnectAsync(bool isClean)
        {
            _client.Dispose();
            await Eventually.HoldsAsync(() => _fixture.Broker.Counts.Connections == 0, "it is away");
            await ConnectAsync(isClean, isPresent: !isClean);
        }

        public async Task RestartAsync()
        {
            _client.Dispose();
            await _fixture.DisposeAsync();
            _fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.Zero }, _store);
            await ConnectAsync(isClean: false, isPresent: true);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _fixture.DisposeAsync();
        }

        // MQTT allows # and + as here; enough for these filters
        private static bool Matches(string filter, string topic) => filter switch
        {
            "a/#" => topic is "a" or "a/b",
            "+" => !topic.Contains('/', StringComparison.Ordinal),
            _ => filter == topic,
        };

        private async Task ConnectAsync(bool isClean, bool isPresent)
        {
            _client = await _fixture.OpenAsync();
            var hello = RawClient.Hello("model", clean: isClean) with { Properties = new() { SessionExpiry = 600 } };
            Assert.That((await _client.ConnectAsync(hello)).SessionPresent, Is.EqualTo(isPresent));
            if (isClean)
            {
                _subscriptions.Clear();
                _owed.Clear();
            }

            // everything that was not acknowledged comes again: in order, under its packet id, and once
            foreach (var (payload, qos, packetId) in _owed)
            {
                var again = await _client.ReadPublishAsync();
                Assert.That((again.Payload, again.Qos, again.PacketId, again.Duplicate), Is.EqualTo((payload, qos, packetId, true)));
            }

            foreach (var (payload, qos, packetId) in _owed)
            {
                await AcknowledgeAsync(new("", payload, qos, false, true, packetId, null));
            }

            _owed.Clear();
        }

        private async Task AcknowledgeAsync(Received message)
        {
            if (message.Qos == 1)
            {
                await _client.AckAsync(PacketType.PubAck, message.PacketId);
            }
            else if (message.Qos == 2)
            {
                await _client.AckAsync(PacketType.PubRec, message.PacketId);
                Assert.That(await _client.ReadAckAsync(), Is.EqualTo(new AckPacket(PacketType.PubRel, message.PacketId)));
                await _client.AckAsync(PacketType.PubComp, message.PacketId);
            }

            Assert.That(await _client.PingAsync(), Is.Zero, "the acknowledgement has been read, and nothing was owed besides");
        }
    }
}
