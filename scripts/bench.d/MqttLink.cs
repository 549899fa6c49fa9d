using System.Buffers.Binary;
using System.Text;

namespace Gateway.Bench;

/// <summary>How a client of the broker connects, and what it follows if anything.</summary>
internal sealed record MqttPlan(string ClientId, string? Filter = null, byte Qos = 0, bool Clean = true);

/// <summary>The packets of an MQTT 3.1.1 client that only counts: over TCP, or inside WebSocket frames.</summary>
internal sealed class MqttPackets(MqttPlan plan)
{
    private byte[] answers = new byte[256];
    private int answered;

    public bool IsReady { get; private set; }

    /// <summary>The CONNACK has come.</summary>
    public bool IsConnected { get; private set; }

    public int PubAcks { get; private set; }

    public Action<ReadOnlySpan<byte>>? Message { get; set; }

    public byte[] Connect()
    {
        var body = new List<byte>();
        MqttClient.AddText(body, "MQTT");
        body.AddRange([4, (byte)(plan.Clean ? 2 : 0), 0, 0]); // 3.1.1, no keep-alive
        MqttClient.AddText(body, plan.ClientId);
        return MqttClient.Packet(0x10, [.. body]);
    }

    /// <summary>Handles the whole packets at the front and returns their length; what is to be answered is in <see cref="Answers"/>.</summary>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        answered = 0;
        PubAcks = 0;
        var used = 0;
        while (MqttClient.TryPacket(bytes[used..], out var type, out var body, out var length))
        {
            Handle(type, body);
            used += length;
        }
        return used;
    }

    public ReadOnlySpan<byte> Answers => answers.AsSpan(0, answered);

    private void Handle(byte type, ReadOnlySpan<byte> body)
    {
        switch (type >> 4)
        {
            case 3:
                Deliver(type, body);
                break;
            case 4:
                PubAcks++;
                break;
            case 2 when body[1] == 0:
                IsConnected = true;
                IsReady = plan.Filter is null;
                if (plan.Filter is not null)
                {
                    var subscribe = new List<byte> { 0, 1 };
                    MqttClient.AddText(subscribe, plan.Filter);
                    subscribe.Add(plan.Qos);
                    Answer(MqttClient.Packet(0x82, [.. subscribe]));
                }
                break;
            case 9 when body[2] <= 2:
                IsReady = true;
                break;
            default:
                throw new IOException($"packet {type:x2} {Convert.ToHexString(body)} was not expected");
        }
    }

    private void Deliver(byte type, ReadOnlySpan<byte> body)
    {
        var at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        if ((type & 0x06) != 0)
        {
            Answer([0x40, 2, body[at], body[at + 1]]);
            at += 2;
        }
        Message?.Invoke(body[at..]);
    }

    private void Answer(ReadOnlySpan<byte> packet)
    {
        if (answers.Length < answered + packet.Length)
        {
            Array.Resize(ref answers, answers.Length * 2);
        }
        packet.CopyTo(answers.AsSpan(answered));
        answered += packet.Length;
    }
}

/// <summary>A client of the broker over TCP.</summary>
internal class MqttLink(int port, MqttPlan plan) : Link(port), IReceiver
{
    private readonly MqttPackets packets = new(plan);

    public bool IsReady => packets.IsReady;

    public Action<ReadOnlySpan<byte>>? Message
    {
        get => packets.Message;
        set => packets.Message = value;
    }

    protected override void OnConnected() => Send(packets.Connect());

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        var used = packets.Take(bytes);
        if (packets.Answers.Length > 0)
        {
            Send(packets.Answers);
        }
        if (packets.PubAcks > 0)
        {
            OnPubAcks(packets.PubAcks);
        }
        return used;
    }

    protected virtual void OnPubAcks(int count)
    {
    }
}

/// <summary>Who is sent messages: a client of the broker, or a page.</summary>
internal interface IReceiver : IDisposable
{
    /// <summary>Connected, and subscribed where it follows anything.</summary>
    bool IsReady { get; }

    Exception? Failure { get; }

    Action<ReadOnlySpan<byte>>? Message { get; set; }
}
