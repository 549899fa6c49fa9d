using System.Text;

namespace Gateway.Broker.Sessions;

/// <summary>The last topics of one publisher, so that a stream on few topics makes no strings. The read loop only.</summary>
internal sealed class TopicCache
{
    private const int Slots = 16;

    private TopicName?[]? _names;

    public TopicName Get(ReadOnlySpan<byte> utf8)
    {
        _names ??= new TopicName?[Slots];
        ref var slot = ref _names[(utf8.Length + (utf8[^1] * 7) + (utf8[utf8.Length / 2] * 31)) & (Slots - 1)];
        if (slot is { } known && utf8.SequenceEqual(known.Utf8))
        {
            return known;
        }

        return slot = new(Encoding.UTF8.GetString(utf8), utf8.ToArray());
    }
}
