using System.Buffers;
using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Journal;

/// <summary>What a module wants to have happened. <paramref name="Data"/> is a JSON object; <paramref name="At"/> defaults to the transaction's now.</summary>
internal readonly record struct EventDraft(string Type, ReadOnlyMemory<byte> Data, DateTimeOffset? At = null)
{
    public static EventDraft Of<T>(string type, T data, DateTimeOffset? at = null) => new(type, ContractJson.Write(data), at);
}

/// <summary>An event that is on disk: only what has a position can be delivered. Serialised once, whoever receives it.</summary>
internal sealed class StoredEvent(ChannelName channel, long seq, long position, string type, DateTimeOffset at, ReadOnlyMemory<byte> data)
{
    private static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = ContractJson.Options.Encoder };

    // A race writes the same bytes twice.
    private byte[]? _json;

    public ChannelName Channel { get; } = channel;

    public long Seq { get; } = seq;

    public long Position { get; } = position;

    public string Type { get; } = type;

    public DateTimeOffset At { get; } = at;

    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>The event object of the contract: {"channel":…,"seq":…,"position":…,"type":…,"at":…,"data":{…}}.</summary>
    public ReadOnlyMemory<byte> Json => _json ??= Serialise();

    /// <summary>In ticks of the stopwatch, for figures only; 0 when it was read back from the journal.</summary>
    public long AppendedAt { get; init; }

    public T Read<T>() => ContractJson.Read<T>(Data.Span);

    private byte[] Serialise()
    {
        var buffer = new ArrayBufferWriter<byte>(192 + Data.Length);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("channel"u8, Channel.ToString());
            writer.WriteNumber("seq"u8, Seq);
            writer.WriteNumber("position"u8, Position);
            writer.WriteString("type"u8, Type);
            writer.WriteString("at"u8, ContractJson.Time(At));
            writer.WritePropertyName("data"u8);
            writer.WriteRawValue(Data.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
