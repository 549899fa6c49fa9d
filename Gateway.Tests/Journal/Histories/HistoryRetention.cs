using Gateway.Journal;
using Gateway.Storage;

namespace Gateway.Tests.Journal.Histories;

/// <summary>Lets go of a drawn part of the oldest events, but never of the newest of all.</summary>
internal sealed class HistoryRetention(Random fate) : IStoreWork
{
    public void Write(StoreTransaction transaction)
    {
        var rows = (DiskRows)transaction.Retention;
        var gone = rows.Events.SkipLast(1).Where(rows.IsKept).Take(fate.Next(8)).ToList();
        foreach (var channel in gone.GroupBy(stored => stored.Channel))
        {
            transaction.Retention.Prune(rows.FindHead(channel.Key)!.Id, channel.Max(stored => stored.Seq));
        }

        if (gone.Count > 0)
        {
            transaction.Retention.RaiseFloor(SomeCounter.Channel().Kind, gone[^1].Position + 1);
        }
    }

    public void Completed(Exception? failure)
    {
        // What was not written stays, and is looked at another time.
    }
}
