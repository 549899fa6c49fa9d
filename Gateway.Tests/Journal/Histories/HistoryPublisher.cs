using Gateway.Journal;
using Gateway.Storage;

namespace Gateway.Tests.Journal.Histories;

/// <summary>Sends one message after the other, each with its key, and sends again what was not acknowledged.</summary>
internal sealed class HistoryPublisher(string name, ChannelName channel)
{
    private Sending? _sending;

    public string Name => name;

    /// <summary>Messages 1 to this one.</summary>
    public int Acknowledged { get; private set; }

    public bool IsAtRest => _sending is null;

    public void Publish(StoreWriter writer)
    {
        if (_sending is null)
        {
            _sending = new(name, channel, Acknowledged + 1);
            writer.Submit(_sending);
        }
        else
        {
            Repeat(writer);
        }
    }

    /// <summary>After a refusal, or on a new connection.</summary>
    public void Repeat(StoreWriter writer)
    {
        if (_sending is { HasFailed: true } failed)
        {
            _sending = new(name, channel, failed.Number);
            writer.Submit(_sending);
        }
    }

    public void LoseConnection()
    {
        if (_sending is not null)
        {
            _sending = new(name, channel, _sending.Number) { HasFailed = true };
        }
    }

    /// <summary>True when something was acknowledged since.</summary>
    public bool Look()
    {
        if (_sending is not { IsAcknowledged: true })
        {
            return false;
        }

        Acknowledged = _sending.Number;
        _sending = null;
        return true;
    }

    public void Judge(IEnumerable<StoredEvent> events) => Assert.That(
        events.Where(stored => stored.Type == name).Select(stored => stored.Read<SomeCounter.Added>().By),
        Is.EqualTo(Enumerable.Range(1, Acknowledged)),
        $"what {name} was acknowledged is there, once, in its order");

    private sealed class Sending(string name, ChannelName channel, int number) : IStoreWork
    {
        public int Number => number;

        public bool IsAcknowledged { get; private set; }

        public bool HasFailed { get; set; }

        public void Write(StoreTransaction transaction)
        {
            if (transaction.Journal.Seen(name, $"{number}") is null)
            {
                var stored = transaction.Journal.Append(channel, EventDraft.Of(name, new SomeCounter.Added(number)));
                transaction.Journal.Remember(name, $"{number}", stored.Position, "");
            }
        }

        public void Completed(Exception? failure) => (IsAcknowledged, HasFailed) = (failure is null, failure is not null);
    }
}
