using System.Buffers;
using Gateway.Broker.Protocol;

namespace Gateway.Broker;

/// <summary>How one client is told why its connection ends: MQTT 5 by the reason, and in words where it wants and takes them.</summary>
internal sealed class Goodbye(ProtocolVersion version, Properties client)
{
    private readonly uint _maximumSize = client.MaximumPacketSize ?? uint.MaxValue;

    private bool WantsWords => version == ProtocolVersion.V500 && client.RequestProblemInformation != 0;

    /// <summary>The refusal in CONNACK.</summary>
    public byte[] Refuse(in ProtocolError error)
    {
        var bytes = new ArrayBufferWriter<byte>();
        new ConnAckPacket(SessionPresent: false, error.Reason) { Properties = Words(error) }.Write(bytes, version);
        if (bytes.WrittenCount > _maximumSize)
        {
            bytes.ResetWrittenCount();
            new ConnAckPacket(SessionPresent: false, error.Reason).Write(bytes, version);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>DISCONNECT; null where the client knows or takes none.</summary>
    public byte[]? Disconnect(in ProtocolError error)
    {
        if (version == ProtocolVersion.V311 || _maximumSize < 3)
        {
            return null;
        }

        var bytes = new ArrayBufferWriter<byte>();
        new DisconnectPacket(error.Reason) { Properties = Words(error) }.Write(bytes, version);
        return bytes.WrittenCount <= _maximumSize ? bytes.WrittenSpan.ToArray() : [(byte)PacketType.Disconnect << 4, 1, (byte)error.Reason];
    }

    // What is wrong in its own bytes is told by the code alone: the sentence could echo them.
    private Properties Words(in ProtocolError error)
    {
        var isOfItsBytes = error.Reason is ReasonCode.MalformedPacket or ReasonCode.ProtocolError or ReasonCode.TopicAliasInvalid
            or ReasonCode.BadAuthenticationMethod;
        return WantsWords && !isOfItsBytes ? new() { ReasonString = error.Sentence } : Properties.None;
    }
}
