using System.Buffers;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Tests.Broker.Protocol;

/// <summary>Any packet of any kind, as the dice have it: on the wire, and read and written once more.</summary>
internal static class SomePacket
{
    private static readonly PacketType[] s_types = [.. Enum.GetValues<PacketType>().Where(static type => type != PacketType.Reserved)];

    private static readonly string[] s_letters = ["a", "é", "/", "漢", "😀"];

    public static byte[] Bytes(Random dice, ProtocolVersion version)
    {
        var type = s_types[dice.Next(version == ProtocolVersion.V500 ? s_types.Length : s_types.Length - 1)];
        var to = new ArrayBufferWriter<byte>();
        switch (type)
        {
            case PacketType.Connect:
                Connect(dice, version).Write(to);
                break;
            case PacketType.ConnAck:
                ConnAck(dice).Write(to, version);
                break;
            case PacketType.Publish:
                Publish(dice, to, version);
                break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                new AckPacket(type, Id(dice)).Write(to, version);
                break;
            case PacketType.Subscribe:
                Subscribe(dice).Write(to, version);
                break;
            case PacketType.Unsubscribe:
                new UnsubscribePacket(Id(dice), [Text(dice), "a/+/#"]).Write(to, version);
                break;
            case PacketType.SubAck or PacketType.UnsubAck:
                new SubAckPacket(type, Id(dice), [ReasonCode.Success, ReasonCode.UnspecifiedError]).Write(to, version);
                break;
            case PacketType.Disconnect:
                Disconnect(dice).Write(to, version);
                break;
            case PacketType.Auth:
                Auth(dice).Write(to);
                break;
            default:
                to.Write<byte>([(byte)((int)type << 4), 0]);
                break;
        }

        return to.WrittenSpan.ToArray();
    }

    public static byte[] Again(in Frame frame, ProtocolVersion version)
    {
        var (body, type) = (frame.Body.ToArray(), frame.Type);
        var to = new ArrayBufferWriter<byte>();
        switch (type)
        {
            case PacketType.Connect: ConnectPacket.Read(body).Write(to); break;
            case PacketType.ConnAck: ConnAckPacket.Read(body, version).Write(to, version); break;
            case PacketType.Publish: PublishPacket.Read(body, frame.Flags, version).Write(to, version); break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                AckPacket.Read(body, type, version).Write(to, version);
                break;
            case PacketType.Subscribe: SubscribePacket.Read(body, version).Write(to, version); break;
            case PacketType.Unsubscribe: UnsubscribePacket.Read(body, version).Write(to, version); break;
            case PacketType.SubAck or PacketType.UnsubAck: SubAckPacket.Read(body, type, version).Write(to, version); break;
            case PacketType.Disconnect: DisconnectPacket.Read(body, version).Write(to, version); break;
            case PacketType.Auth: AuthPacket.Read(body).Write(to); break;
            default: to.Write<byte>([frame.Header, (byte)body.Length]); break;
        }

        return to.WrittenSpan.ToArray();
    }

    private static ConnectPacket Connect(Random dice, ProtocolVersion version)
    {
        var is5 = version == ProtocolVersion.V500;
        return new(version, Text(dice), dice.Next(2) == 0, (ushort)dice.Next(65_536))
        {
            UserName = Text(dice),
            Password = dice.Next(2) == 0 ? Bytes(dice) : null,
            Will = dice.Next(2) == 0 ? null : new(Text(dice), Bytes(dice), (byte)dice.Next(3), dice.Next(2) == 0,
                is5 ? new() { WillDelay = (uint)dice.Next(), ContentType = Text(dice), UserProperties = Pairs(dice) } : Properties.None),
            Properties = is5 ? new() { SessionExpiry = (uint)dice.Next(), ReceiveMaximum = Id(dice), UserProperties = Pairs(dice) } : Properties.None,
        };
    }

    private static ConnAckPacket ConnAck(Random dice) => new(dice.Next(2) == 0, dice.Next(2) == 0 ? ReasonCode.Success : ReasonCode.NotAuthorized)
    {
        Properties = new() { ReceiveMaximum = Id(dice), ReasonString = Text(dice), UserProperties = Pairs(dice) },
    };

    private static DisconnectPacket Disconnect(Random dice) => new(ReasonCode.DisconnectWithWill)
    {
        Properties = new() { SessionExpiry = (uint)dice.Next(), ReasonString = Text(dice), UserProperties = Pairs(dice) },
    };

    private static AuthPacket Auth(Random dice) => new(ReasonCode.Reauthenticate)
    {
        Properties = new() { AuthenticationMethod = Text(dice), AuthenticationData = Bytes(dice), UserProperties = Pairs(dice) },
    };

    private static void Publish(Random dice, ArrayBufferWriter<byte> to, ProtocolVersion version)
    {
        var qos = (byte)dice.Next(3);
        new PublishPacket
        {
            Topic = System.Text.Encoding.UTF8.GetBytes(Text(dice)),
            Payload = Bytes(dice),
            Qos = qos,
            Retain = dice.Next(2) == 0,
            Duplicate = qos > 0 && dice.Next(2) == 0,
            PacketId = qos > 0 ? Id(dice) : (ushort)0,
            Properties = version == ProtocolVersion.V311 ? null : new()
            {
                PayloadFormat = (byte)dice.Next(2),
                MessageExpiry = (uint)dice.Next(),
                TopicAlias = Id(dice),
                ContentType = Text(dice),
                ResponseTopic = Text(dice),
                CorrelationData = Bytes(dice),
                UserProperties = Pairs(dice),
            },
        }.Write(to, version);
    }

    private static SubscribePacket Subscribe(Random dice) => new(
        Id(dice),
        [new(Text(dice), (byte)dice.Next(3), dice.Next(2) == 0, dice.Next(2) == 0, (RetainHandling)dice.Next(3)), new("$share/g/a/#", (byte)dice.Next(3))],
        dice.Next(2) == 0 ? null : dice.Next(1, VariableByteInteger.Maximum));

    private static ushort Id(Random dice) => (ushort)dice.Next(1, 65_536);

    private static byte[] Bytes(Random dice)
    {
        var bytes = new byte[dice.Next(200)];
        dice.NextBytes(bytes);
        return bytes;
    }

    private static string Text(Random dice) => string.Concat(dice.GetItems(s_letters, dice.Next(1, 20)));

    private static List<KeyValuePair<string, string>> Pairs(Random dice) =>
        [.. Enumerable.Range(0, dice.Next(3)).Select(_ => new KeyValuePair<string, string>(Text(dice), Text(dice)))];
}
