using System.Buffers.Binary;
using System.Text;

namespace Gateway.Bench;

/// <summary>A page: upgrades to WebSocket (RFC 6455) and reads frames as they are. Its mask is zero, which leaves what it sends readable.</summary>
internal abstract class PageLink(int port, string path, string? subprotocol, int receiveBuffer = 0) : Link(port, receiveBuffer), IReceiver
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    private bool isUpgraded;

    public abstract bool IsReady { get; }

    public Action<ReadOnlySpan<byte>>? Message { get; set; }

    /// <summary>Data frames that count as messages.</summary>
    public abstract int Frames { get; }

    protected abstract void OnUpgraded();

    protected abstract void OnFrame(ReadOnlySpan<byte> payload);

    protected override void OnConnected()
    {
        var protocol = subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n";
        Send(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{Port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{protocol}\r\n"));
    }

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        if (!isUpgraded)
        {
            var end = bytes.IndexOf(HeadEnd);
            if (end < 0)
            {
                return 0;
            }
            if (!bytes.StartsWith("HTTP/1.1 101"u8))
            {
                throw new IOException($"no WebSocket at {path}: {Encoding.ASCII.GetString(bytes[..end])}");
            }
            used = end + HeadEnd.Length;
            isUpgraded = true;
            OnUpgraded();
        }
        while (TryFrame(bytes[used..], out var payload, out var length))
        {
            if ((bytes[used] & 0x0F) == 8)
            {
                throw new IOException($"closed: {Encoding.ASCII.GetString(payload[2..])}");
            }
            OnFrame(payload);
            used += length;
        }
        return used;
    }

    /// <summary>One frame, masked with zeros.</summary>
    protected void SendFrame(byte opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[8 + payload.Length];
        frame[0] = (byte)(0x80 | opcode);
        var at = payload.Length < 126 ? 2 : 4;
        frame[1] = (byte)(0x80 | (at == 2 ? payload.Length : 126));
        if (at == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)payload.Length);
        }
        frame.Slice(at, 4).Clear();
        payload.CopyTo(frame[(at + 4)..]);
        Send(frame[..(at + 4 + payload.Length)]);
    }

    private static bool TryFrame(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload, out int length)
    {
        payload = default;
        length = 0;
        if (bytes.Length < 2)
        {
            return false;
        }
        var (at, size) = (2, (long)bytes[1]);
        if (size == 126 && bytes.Length >= 4)
        {
            (at, size) = (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
        }
        else if (size == 127 && bytes.Length >= 10)
        {
            (at, size) = (10, BinaryPrimitives.ReadInt64BigEndian(bytes[2..]));
        }
        else if (size >= 126)
        {
            return false;
        }
        if (bytes.Length < at + size)
        {
            return false;
        }
        payload = bytes.Slice(at, (int)size);
        length = at + (int)size;
        return true;
    }
}

/// <summary>A page of ours on one channel.</summary>
/// <param name="from">What stands behind the channel in its request: where it goes on.</param>
internal sealed class ChannelLink(int port, string channel, string from = "", int receiveBuffer = 0) : PageLink(port, "/ws", subprotocol: null, receiveBuffer)
{
    private static readonly byte[] Event = """{"op":"event","""u8.ToArray();
    private static readonly byte[] Subscribed = """{"op":"subscribed","""u8.ToArray();
    private static readonly byte[] Error = """{"op":"error","""u8.ToArray();

    private int frames;
    private volatile bool isReady;

    public override bool IsReady => isReady;

    public override int Frames => Volatile.Read(ref frames);

    /// <summary>What was said on subscribing.</summary>
    public byte[] Opening { get; private set; } = [];

    protected override void OnUpgraded() => SendFrame(1, Encoding.UTF8.GetBytes($$"""{"op":"subscribe","id":1,"channel":"{{channel}}"{{from}}}"""));

    protected override void OnFrame(ReadOnlySpan<byte> payload)
    {
        if (payload.StartsWith(Event))
        {
            Volatile.Write(ref frames, frames + 1);
            Message?.Invoke(payload);
        }
        else if (payload.StartsWith(Subscribed))
        {
            Opening = payload.ToArray();
            isReady = true;
        }
        else if (payload.StartsWith(Error))
        {
            throw new IOException(Encoding.UTF8.GetString(payload));
        }
    }
}

/// <summary>A page that speaks MQTT inside WebSocket frames, with QoS 0: the cheapest that a broker has for pages.</summary>
internal sealed class MqttPageLink(int port, MqttPlan plan) : PageLink(port, "/mqtt", "mqtt")
{
    private readonly MqttPackets packets = new(plan);
    private int frames;

    public override bool IsReady => packets.IsReady;

    public override int Frames => Volatile.Read(ref frames);

    protected override void OnUpgraded()
    {
        packets.Message = payload =>
        {
            Volatile.Write(ref frames, frames + 1);
            Message?.Invoke(payload);
        };
        SendFrame(2, packets.Connect());
    }

    protected override void OnFrame(ReadOnlySpan<byte> payload)
    {
        packets.Take(payload);
        if (packets.Answers.Length > 0)
        {
            SendFrame(2, packets.Answers);
        }
    }
}
