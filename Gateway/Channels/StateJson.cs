using System.Buffers;
using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>The JSON of states and lists, spliced from what the journal keeps without reading it.</summary>
internal static class StateJson
{
    public static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = ContractJson.Options.Encoder };

    /// <summary>{"items":[…],"next":…}: each state with the channel and seq that it is the fold of, so that events can be put on top.</summary>
    public static ReadOnlyMemory<byte> OfFeed(FeedSnapshot feed) => Object(writer => WriteItems(writer, feed));

    public static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        fields(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    public static void WriteItems(Utf8JsonWriter writer, FeedSnapshot feed)
    {
        writer.WriteStartArray("items"u8);
        foreach (var item in feed.Items)
        {
            using var state = JsonDocument.Parse(item.State);
            writer.WriteStartObject();
            foreach (var property in state.RootElement.EnumerateObject())
            {
                property.WriteTo(writer);
            }

            writer.WriteString("channel"u8, item.Channel.ToString());
            writer.WriteNumber("seq"u8, item.Seq);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (feed.Next is { } next)
        {
            writer.WriteNumber("next"u8, next);
        }
        else
        {
            writer.WriteNull("next"u8);
        }
    }
}
