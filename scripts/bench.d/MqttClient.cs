using System.Buffers.Binary;
using System.Text;

namespace Gateway.Bench;

/// <summary>As much of an MQTT 3.1.1 client as a load generator needs. Its callbacks run on the receiving loop.</summary>
internal sealed class MqttClient : IAsyncDisposable
{
    private readonly Wire wire;
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock sending = new(); // paced sends and acknowledgements meet on one socket
    private readonly Task receiving;

    private MqttClient(Wire wire)
    {
        this.wire = wire;
        receiving = ReceiveAsync();
    }

    public delegate void MessageHandler(string topic, ReadOnlySpan<byte> payload);

    public Action<int>? Acknowledged { get; set; }

    public MessageHandler? Message { get; set; }

    public static async Task<MqttClient> ConnectAsync(Wire wire, string clientId)
    {
        var client = new MqttClient(wire);
        var body = new List<byte>();
        AddText(body, "MQTT");
        body.AddRange([4, 2, 0, 0]); // 3.1.1, clean session, no keep-alive
        AddText(body, clientId);
        client.Send(Packet(0x10, [.. body]));
        await client.connected.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return client;
    }

    public async Task SubscribeAsync(string filter, byte qos)
    {
        var body = new List<byte> { 0, 1 };
        AddText(body, filter);
        body.Add(qos);
        Send(Packet(0x82, [.. body]));
        await subscribed.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public static byte[] Publish(string topic, ushort packetId, bool retain, ReadOnlySpan<byte> payload)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var body = new byte[2 + name.Length + 2 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)name.Length);
        name.CopyTo(body, 2);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2 + name.Length), packetId);
        payload.CopyTo(body.AsSpan(4 + name.Length));
        return Packet((byte)(retain ? 0x33 : 0x32), body);
    }

    public void Send(byte[] packet)
    {
        lock (sending)
        {
            wire.Send(packet);
        }
    }

    public async ValueTask DisposeAsync()
    {
        wire.Dispose(); // the receiving loop ends by it
        await receiving;
    }

    public static byte[] Packet(byte type, byte[] body)
    {
        var packet = new List<byte>(body.Length + 5) { type };
        var length = body.Length;
        do
        {
            packet.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    /// <summary>The packet at the front, when all of it is there.</summary>
    public static bool TryPacket(ReadOnlySpan<byte> bytes, out byte type, out ReadOnlySpan<byte> body, out int length)
    {
        type = 0;
        body = default;
        length = 0;
        int size = 0, header = 1, shift = 0;
        while (header < bytes.Length && (bytes[header] & 0x80) != 0)
        {
            size |= (bytes[header++] & 0x7F) << shift;
            shift += 7;
        }
        if (header >= bytes.Length)
        {
            return false;
        }
        size |= bytes[header++] << shift;
        if (bytes.Length < header + size)
        {
            return false;
        }
        type = bytes[0];
        body = bytes.Slice(header, size);
        length = header + size;
        return true;
    }

    public static void AddText(List<byte> body, string text)
    {
        body.AddRange([(byte)(text.Length >> 8), (byte)text.Length]);
        body.AddRange(Encoding.UTF8.GetBytes(text));
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[256 * 1024];
        var held = 0;
        try
        {
            while (true)
            {
                var (count, _) = await wire.ReceiveAsync(buffer.AsMemory(held));
                if (count == 0)
                {
                    throw new IOException("the broker closed the connection");
                }
                held += count;
                var used = Take(buffer.AsSpan(0, held));
                buffer.AsSpan(used, held - used).CopyTo(buffer);
                held -= used;
            }
        }
        catch (Exception ended)
        {
            connected.TrySetException(ended);
            subscribed.TrySetException(ended);
        }
    }

    /// <summary>Handles the whole packets at the front and returns their length.</summary>
    private int Take(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (TryPacket(bytes[used..], out var type, out var body, out var length))
        {
            Handle(type, body);
            used += length;
        }
        return used;
    }

    private void Handle(byte type, ReadOnlySpan<byte> body)
    {
        switch (type >> 4)
        {
            case 2 when body[1] == 0:
                connected.TrySetResult();
                break;
            case 2:
                connected.TrySetException(new IOException($"CONNECT was refused with {body[1]}"));
                break;
            case 3:
                Deliver(type, body);
                break;
            case 4:
                Acknowledged?.Invoke(BinaryPrimitives.ReadUInt16BigEndian(body));
                break;
            case 9 when body[2] > 2:
                subscribed.TrySetException(new IOException($"SUBSCRIBE was refused with {body[2]}"));
                break;
            case 9:
                subscribed.TrySetResult();
                break;
            default:
                throw new IOException($"packet type {type >> 4} was not expected");
        }
    }

    private void Deliver(byte type, ReadOnlySpan<byte> body)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(body);
        var topic = Encoding.UTF8.GetString(body.Slice(2, length));
        var rest = body[(2 + length)..];
        if ((type & 0x06) != 0)
        {
            Send([0x40, 2, rest[0], rest[1]]);
            rest = rest[2..];
        }
        Message?.Invoke(topic, rest);
    }
}
