using System.Text.Json;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>A module that lets pages publish: a talk is open until somebody says "bye", and its disk is as slow as a test wants it.</summary>
internal sealed class TalkPublisher : IChannelPublisher
{
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly Dictionary<(ChannelName, string), long> _seen = [];

    public string Kind => "talks";

    public MemoryJournal Journal { get; set; } = null!;

    public Task Disk { get; set; } = Task.CompletedTask;

    public List<Publication> Taken { get; } = [];

    public async Task<long> PublishAsync(Publication publication)
    {
        long seq;
        lock (_lock)
        {
            Taken.Add(publication);
            seq = Append(publication);
        }

        await Disk;
        Journal.Announce();
        return seq;
    }

    private long Append(Publication publication)
    {
        switch (publication.Data.ValueKind == JsonValueKind.String ? publication.Data.GetString() : null)
        {
            case "bye":
                throw new RequestRefusedException(409, "terminal", "The talk is over.");
            case "stranger":
                throw new RequestRefusedException(404, "unknown_talk", "There is no such talk.");
            case "full":
                throw new JournalUnavailableException(new IOException("disk full"));
            case "defect":
                throw new InvalidOperationException("a defect");
        }

        if (publication.Key is { } key && _seen.TryGetValue((publication.Channel, key), out var seen))
        {
            return seen;
        }

        var seq = Journal.Store(publication.Channel).Seq;
        if (publication.Key is { } first)
        {
            _seen.Add((publication.Channel, first), seq);
        }

        return seq;
    }
}
