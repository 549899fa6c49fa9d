using System.Diagnostics.CodeAnalysis;

namespace Gateway.Channels;

/// <summary>Which kinds of channels pages may publish on, and who takes it.</summary>
internal sealed class Publishers(IEnumerable<IChannelPublisher> publishers)
{
    private readonly Dictionary<string, IChannelPublisher> _byKind = publishers.ToDictionary(publisher => publisher.Kind);

    public bool TryFind(StreamName name, [NotNullWhen(true)] out IChannelPublisher? publisher)
    {
        publisher = null;
        return !name.IsFeed && _byKind.TryGetValue(name.Kind, out publisher);
    }
}
