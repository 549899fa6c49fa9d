using System.Runtime.InteropServices;

namespace Gateway.Broker.Sessions;

/// <summary>A message on its way to one session.</summary>
/// <param name="Share">The shared subscription it came through: should the session end before it is acknowledged, another member gets it.</param>
/// <param name="StoredId">Its id in the store; 0 is: kept in memory only. The packet id follows from it, so that it is the same after a restart.</param>
/// <param name="IsRestored">It was read back from the store: rights may have changed since it was owed.</param>
/// <param name="IsRepeated">It may have been sent before the restart.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Outgoing(
    Message Message, byte Qos, bool Retain, int[]? Identifiers, string? Share = null, long StoredId = 0, bool IsRestored = false, bool IsRepeated = false)
{
    /// <summary>Rising with the id and never 0.</summary>
    public ushort StoredPacketId => (ushort)(1 + (StoredId % ushort.MaxValue));

    public static Outgoing Restored(OwedMessage owed, bool isRepeated)
    {
        var kept = owed.Message;
        var message = new Message(TopicName.Of(kept.Topic), kept.Payload, kept.Qos, kept.Retain) { Properties = kept.Properties, ExpiresAt = kept.ExpiresAt };
        return new(message, owed.Qos, owed.Retain, owed.Identifiers?.ToArray(), owed.Share, kept.Id, IsRestored: true, isRepeated);
    }
}

/// <summary>Sent and not acknowledged yet.</summary>
/// <param name="Order">Redelivery is in the order of the first delivery (MQTT-4.6.0-1).</param>
/// <param name="IsReceived">The client's PUBREC is here; what is owed is PUBREL.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Inflight(Outgoing Outgoing, long Order, bool IsReceived = false);

/// <summary>What an acknowledgement of the client leads to.</summary>
/// <param name="Release">PUBREL is the answer.</param>
/// <param name="StoredId">The stored message that it was about; 0 is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Acknowledged(bool Release, long StoredId = 0);
