using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gateway.Bench;

/// <summary>Publishes numbered messages with QoS 1 from a template, many at once, and remembers when each was sent.</summary>
internal sealed class Publisher : MqttLink
{
    private const int First = 10_000_000; // numbers of one width
    private const int Digits = 8;
    private const int Kept = 1 << 16;
    private const int AtOnce = 64;

    private readonly Lock sending = new();
    private readonly byte[] packet;
    private readonly int idAt;
    private readonly int[] numbersAt;
    private readonly byte[] batch;
    private readonly long[] sentAt = new long[Kept];
    private int number;
    private int acknowledged;

    public Publisher(int port, string clientId, string topic, bool retain, Func<int, string> payload)
        : base(port, new MqttPlan(clientId))
    {
        packet = MqttClient.Publish(topic, 1, retain, Encoding.UTF8.GetBytes(payload(First)));
        idAt = packet.AsSpan().IndexOf(Encoding.UTF8.GetBytes(topic)) + Encoding.UTF8.GetByteCount(topic);
        numbersAt = [.. Places(packet, First.ToString(CultureInfo.InvariantCulture))];
        batch = new byte[packet.Length * AtOnce];
    }

    /// <summary>Called on the reading thread with the number of PUBACKs that came together.</summary>
    public Action<int>? Acknowledgements { get; set; }

    public int Sent => Volatile.Read(ref number);

    public int Acknowledged => Volatile.Read(ref acknowledged);

    public void Publish(int count)
    {
        lock (sending)
        {
            while (count > 0)
            {
                var now = Math.Min(count, AtOnce);
                for (var copy = 0; copy < now; copy++)
                {
                    Write(batch.AsSpan(copy * packet.Length, packet.Length));
                }
                Send(batch.AsSpan(0, now * packet.Length));
                count -= now;
            }
        }
    }

    /// <summary>When the message was sent that this one was made of; 0 when it is none of ours.</summary>
    public long SentAt(ReadOnlySpan<byte> message)
    {
        var found = Payloads.NumberIn(message, "jobs") - First;
        return found > 0 ? Volatile.Read(ref sentAt[found % Kept]) : 0;
    }

    protected override void OnPubAcks(int count)
    {
        Volatile.Write(ref acknowledged, acknowledged + count);
        Acknowledgements?.Invoke(count);
    }

    private void Write(Span<byte> into)
    {
        var next = number + 1;
        packet.CopyTo(into);
        BinaryPrimitives.WriteUInt16BigEndian(into[idAt..], (ushort)((next % 65535) + 1));
        foreach (var place in numbersAt)
        {
            Utf8Formatter.TryFormat(First + next, into.Slice(place, Digits), out _);
        }
        Volatile.Write(ref sentAt[next % Kept], Stopwatch.GetTimestamp());
        Volatile.Write(ref number, next);
    }

    private static IEnumerable<int> Places(byte[] bytes, string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at + wanted.Length <= bytes.Length; at++)
        {
            if (bytes.AsSpan(at, wanted.Length).SequenceEqual(wanted))
            {
                yield return at;
            }
        }
    }
}
