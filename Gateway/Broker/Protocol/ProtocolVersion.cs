namespace Gateway.Broker.Protocol;

internal enum ProtocolVersion : byte
{
    V311 = 4,
    V500 = 5,
}
