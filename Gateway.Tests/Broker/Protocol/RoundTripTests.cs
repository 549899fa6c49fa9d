using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Tests.Broker.Protocol;

public sealed class RoundTripTests
{
    [Test]
    public void Publish_UnderEverySplitOfTheStream_ComesOutAsItWentIn() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll<byte[], byte, ushort>((payload, qos, packetId) =>
        {
            var retain = packetId % 2 == 0;
            var properties = new Properties { ContentType = "t", MessageExpiry = 7, UserProperties = [new("a", "b"), new("a", "c")] };
            var packet = new PublishPacket
            {
                Topic = "a/b"u8,
                Payload = payload,
                Qos = (byte)(qos % 3),
                Retain = retain,
                PacketId = qos % 3 == 0 ? (ushort)0 : (ushort)(packetId | 1),
                Properties = properties,
            };
            var bytes = new ArrayBufferWriter<byte>();
            packet.Write(bytes, ProtocolVersion.V500);
            foreach (var stream in Splits(bytes.WrittenMemory))
            {
                var rest = stream;
                Assert.That(Frame.TryTake(ref rest, int.MaxValue, out var frame), Is.True);
                var read = PublishPacket.Read(frame.Body.ToArray(), frame.Flags, ProtocolVersion.V500);
                Assert.That(rest.IsEmpty);
                Assert.That(read.Payload.SequenceEqual(payload) && read.Qos == qos % 3 && read.Retain == retain && read.Topic.SequenceEqual("a/b"u8));
                Assert.That(read.Properties!.UserProperties, Is.EqualTo(properties.UserProperties));
            }
        }));

    [Test, Category("Slow")]
    public void Packet_OfAnyKindUnderEverySplitOfTheStream_ComesOutAsItWentIn([Values(ProtocolVersion.V311, ProtocolVersion.V500)] object version) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<int>(seed =>
        {
            var bytes = SomePacket.Bytes(new(seed), (ProtocolVersion)version);
            foreach (var stream in Splits(bytes))
            {
                var rest = stream;
                Assert.That(Frame.TryTake(ref rest, int.MaxValue, out var frame), Is.True);
                Assert.That(rest.IsEmpty);
                Assert.That(SomePacket.Again(frame, (ProtocolVersion)version), Is.EqualTo(bytes));
            }
        }));

    [Test]
    public void Connect_WithEverything_ComesOutAsItWentIn([Values(ProtocolVersion.V311, ProtocolVersion.V500)] object version)
    {
        var packet = new ConnectPacket((ProtocolVersion)version, "id", CleanStart: true, 30)
        {
            UserName = "u",
            Password = [1, 2],
            Will = new("w", [9], 2, true, Properties.None),
        };
        var bytes = new ArrayBufferWriter<byte>();
        packet.Write(bytes);
        var stream = new ReadOnlySequence<byte>(bytes.WrittenMemory);
        Frame.TryTake(ref stream, int.MaxValue, out var frame);
        var read = ConnectPacket.Read(frame.Body.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(read with { Will = null, Password = null }, Is.EqualTo(packet with { Will = null, Password = null }));
            Assert.That(read.Will!.Payload, Is.EqualTo(new byte[] { 9 }));
            Assert.That(read.Password, Is.EqualTo(new byte[] { 1, 2 }));
        });
    }

    [Test]
    public void Frame_AnyPrefixOfAPacket_IsIncompleteAndTakesNothing()
    {
        var bytes = new ArrayBufferWriter<byte>();
        new SubscribePacket(1, [new("a/+", 1)], 5).Write(bytes, ProtocolVersion.V500);
        for (var length = 0; length < bytes.WrittenCount; length++)
        {
            var prefix = new ReadOnlySequence<byte>(bytes.WrittenMemory[..length]);
            Assert.That(Frame.TryTake(ref prefix, 1_000, out _), Is.False);
            Assert.That(prefix.Length, Is.EqualTo(length));
        }
    }

    private static IEnumerable<ReadOnlySequence<byte>> Splits(ReadOnlyMemory<byte> bytes)
    {
        yield return new(bytes);
        for (var at = 1; at < bytes.Length; at++)
        {
            var first = new Piece(bytes[..at], 0);
            var last = new Piece(bytes[at..], at);
            first.Link(last);
            yield return new(first, 0, last, bytes.Length - at);
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public void Link(Piece next) => Next = next;
    }
}
