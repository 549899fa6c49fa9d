namespace Gateway.Broker.Protocol;

/// <summary>What the first byte of a packet must look like when it comes from a client.</summary>
internal static class FrameRules
{
    public static void CheckFromClient(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.Publish:
                return;
            case PacketType.Reserved or PacketType.Connect or PacketType.ConnAck or PacketType.Auth:
                throw ProtocolException.Violation($"{frame.Type} is not awaited here");
            case PacketType.PingReq or PacketType.PingResp or PacketType.Disconnect when frame.Flags != 0:
                throw ProtocolException.Malformed($"{frame.Type} with flags 0x{frame.Flags:X}");
            case PacketType.PingReq or PacketType.PingResp when frame.Body.Length > 0:
                throw ProtocolException.Silent($"{frame.Type} with a body");
            case PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe when frame.Flags != 2:
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp or PacketType.SubAck or PacketType.UnsubAck when frame.Flags != 0:
                throw ProtocolException.Malformed($"{frame.Type} with flags 0x{frame.Flags:X}");
            case PacketType.SubAck or PacketType.UnsubAck or PacketType.PingResp:
                throw ProtocolException.Violation($"{frame.Type} from a client");
            default:
                return;
        }
    }
}
