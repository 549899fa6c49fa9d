using System.Buffers;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Tests.Broker.Protocol;

/// <summary>One table of byte vectors: what the codec refuses and with which code; 00 is what it takes.</summary>
public sealed class CodecVectorTests
{
    [TestCase(5, "30 05 0001 61 00 78", 0x00, TestName = "PUBLISH, QoS 0")]
    [TestCase(4, "32 06 0001 61 0001 78", 0x00, TestName = "PUBLISH, QoS 1")]
    [TestCase(5, "36 07 0001 61 0001 00 78", 0x81, TestName = "PUBLISH, QoS 3")]
    [TestCase(5, "38 05 0001 61 00 78", 0x81, TestName = "PUBLISH, DUP at QoS 0")]
    [TestCase(5, "32 06 0001 61 0000 00", 0x82, TestName = "PUBLISH, packet id 0")]
    [TestCase(5, "30 04 0001 2B 00", 0x81, TestName = "PUBLISH, wildcard in the topic")]
    [TestCase(5, "30 03 0000 00", 0x81, TestName = "PUBLISH, empty topic without alias")]
    [TestCase(5, "30 06 0003 EDA080 00", 0x81, TestName = "PUBLISH, surrogate in the topic")]
    [TestCase(5, "30 05 0002 6100 00", 0x81, TestName = "PUBLISH, U+0000 in the topic")]
    [TestCase(5, "30 05 0002 6101 00", 0x81, TestName = "PUBLISH, control character in the topic")]
    [TestCase(5, "30 02 0001", 0x81, TestName = "PUBLISH, truncated topic")]
    [TestCase(5, "30 06 0001 61 02 0102", 0x82, TestName = "PUBLISH, payload format 2")]
    [TestCase(5, "30 08 0001 61 04 01010101", 0x82, TestName = "PUBLISH, payload format twice")]
    [TestCase(5, "30 06 0001 61 02 1701", 0x82, TestName = "PUBLISH, property of another packet")]
    [TestCase(5, "30 06 0001 61 02 0401", 0x81, TestName = "PUBLISH, property that does not exist")]
    [TestCase(5, "30 09 0001 61 05 0200000000", 0x00, TestName = "PUBLISH, expiry 0")]
    [TestCase(5, "30 08 0001 61 04 08000123", 0x82, TestName = "PUBLISH, wildcard in the response topic")]
    [TestCase(4, "82 06 0001 0001 61 01", 0x00, TestName = "SUBSCRIBE")]
    [TestCase(4, "82 06 0001 0001 61 04", 0x81, TestName = "SUBSCRIBE, reserved bits in 3.1.1")]
    [TestCase(5, "82 07 0001 00 0001 61 2C", 0x00, TestName = "SUBSCRIBE, all options of 5")]
    [TestCase(5, "82 07 0001 00 0001 61 30", 0x81, TestName = "SUBSCRIBE, retain handling 3")]
    [TestCase(5, "82 07 0001 00 0001 61 40", 0x81, TestName = "SUBSCRIBE, reserved bits in 5")]
    [TestCase(5, "82 03 0001 00", 0x81, TestName = "SUBSCRIBE, no filter")]
    [TestCase(5, "82 08 0001 00 0002 612B 00", 0x81, TestName = "SUBSCRIBE, + inside a level")]
    [TestCase(5, "82 09 0001 00 0003 232F61 00", 0x81, TestName = "SUBSCRIBE, # before the end")]
    [TestCase(5, "82 0F 0001 00 0009 2473686172652F702F 00", 0x82, TestName = "SUBSCRIBE, share without filter")]
    [TestCase(5, "82 10 0001 00 000A 2473686172652F702F61 04", 0x82, TestName = "SUBSCRIBE, no-local on a share")]
    [TestCase(5, "80 07 0001 00 0001 61 00", 0x81, TestName = "SUBSCRIBE, reserved flags")]
    [TestCase(5, "A2 06 0001 00 0001 61", 0x00, TestName = "UNSUBSCRIBE")]
    [TestCase(5, "A2 03 0001 00", 0x81, TestName = "UNSUBSCRIBE, no filter")]
    [TestCase(5, "40 02 0001", 0x00, TestName = "PUBACK, short")]
    [TestCase(5, "40 04 0001 80 00", 0x00, TestName = "PUBACK, with reason")]
    [TestCase(5, "40 03 0001 FF", 0x82, TestName = "PUBACK, unknown reason")]
    [TestCase(4, "40 03 0001 00", 0x81, TestName = "PUBACK, too long for 3.1.1")]
    [TestCase(5, "42 02 0001", 0x81, TestName = "PUBACK, reserved flags")]
    [TestCase(5, "60 02 0001", 0x81, TestName = "PUBREL, reserved flags")]
    [TestCase(5, "62 02 0000", 0x82, TestName = "PUBREL, packet id 0")]
    [TestCase(5, "C1 00", 0x81, TestName = "PINGREQ, reserved flags")]
    [TestCase(5, "E0 07 00 05 1100000000", 0x00, TestName = "DISCONNECT, session expiry")]
    [TestCase(5, "E0 03 00 01 11", 0x81, TestName = "DISCONNECT, truncated property")]
    [TestCase(5, "20 03 00 00 00", 0x82, TestName = "CONNACK from a client")]
    [TestCase(5, "00 00", 0x82, TestName = "reserved packet type")]
    [TestCase(5, "30 80 00", 0x81, TestName = "remaining length, not shortest")]
    [TestCase(5, "30 FF FF FF FF 7F", 0x81, TestName = "remaining length, five bytes")]
    public void Packet_FromAClient_HasThisReason(int version, string hex, int reason)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var refused = ReasonCode.Success;
        try
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            Assert.That(Frame.TryTake(ref buffer, 1_000, out var frame), Is.True, "a whole packet");
            FrameRules.CheckFromClient(frame);
            Decode(frame, (ProtocolVersion)version);
        }
        catch (ProtocolException broken)
        {
            refused = broken.Error.Reason;
        }

        Assert.That((int)refused, Is.EqualTo(reason));
    }

    [TestCase("000400 4D51545404020000 000170", false, TestName = "CONNECT, wrong name length")]
    [TestCase("0004 4D515454 06 02 0000 0001 70", true, TestName = "CONNECT, unknown version")]
    [TestCase("0004 4D515454 04 03 0000 0001 70", false, TestName = "CONNECT, reserved flag")]
    [TestCase("0004 4D515454 04 42 0000 0001 70 0001 70", false, TestName = "CONNECT, password without user name in 3.1.1")]
    [TestCase("0004 4D515454 04 0A 0000 0001 70", false, TestName = "CONNECT, will QoS without will")]
    [TestCase("0004 4D515454 05 02 0000 03 210000 0001 70", true, TestName = "CONNECT, receive maximum 0")]
    public void Connect_Wrong_IsAnsweredOnlyWhereMqtt5IsCertain(string hex, bool answered)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var broken = Assert.Throws<ProtocolException>(() => ConnectPacket.Read(bytes));
        Assert.That(broken!.Error.Answered, Is.EqualTo(answered));
    }

    private static void Decode(in Frame frame, ProtocolVersion version)
    {
        var body = frame.Body.ToArray();
        switch (frame.Type)
        {
            case PacketType.Publish: PublishPacket.Read(body, frame.Flags, version); break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp: AckPacket.Read(body, frame.Type, version); break;
            case PacketType.Subscribe: SubscribePacket.Read(body, version); break;
            case PacketType.Unsubscribe: UnsubscribePacket.Read(body, version); break;
            case PacketType.Disconnect: DisconnectPacket.Read(body, version); break;
        }
    }
}
