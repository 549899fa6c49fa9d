using System.Collections.Concurrent;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>A few hundred small records that are asked for at every request: kept as documents, held in memory, changed on the one writer.</summary>
internal sealed class KeptSet<T>(IJournal journal, string collection)
    where T : class
{
    // Follows the documents in the order of their commits.
    private readonly ConcurrentDictionary<string, T> _items = new(StringComparer.Ordinal);

    public IReadOnlyList<T> All => [.. _items.Values];

    public int Count => _items.Count;

    public void Load()
    {
        foreach (var (key, body) in journal.Documents(collection))
        {
            _items[key] = ContractJson.Read<T>(body);
        }
    }

    public T? Find(string key) => _items.GetValueOrDefault(key);

    /// <summary>Done when it is on disk and in memory. The decision may run again, and sees what is there at that moment.</summary>
    /// <param name="decide">Gives the record as it is to be, null for none; or the same, for no change.</param>
    public Task<(T? Before, T? After)> ChangeAsync(string key, Func<JournalTransaction, T?, T?> decide) =>
        journal.WriteAsync(transaction => Decide(transaction, key, decide), change => Follow(key, change.After));

    /// <summary>The same for who does not wait for it.</summary>
    public void Change(string key, Func<JournalTransaction, T?, T?> decide, Action<Exception> failed)
    {
        T? after = null;
        journal.Write(
            transaction => after = Decide(transaction, key, decide).After,
            failure =>
            {
                if (failure is null)
                {
                    Follow(key, after);
                }
                else
                {
                    failed(failure);
                }
            });
    }

    /// <summary>As a part of another change; what is given back is done after its commit.</summary>
    public Action Remove(JournalTransaction transaction, string key)
    {
        transaction.Documents.Remove(collection, key);
        return () => Follow(key, after: null);
    }

    private (T? Before, T? After) Decide(JournalTransaction transaction, string key, Func<JournalTransaction, T?, T?> decide)
    {
        var before = transaction.Documents.Find(collection, key) is { } body ? ContractJson.Read<T>(body) : null;
        var after = decide(transaction, before);
        if (after is null)
        {
            transaction.Documents.Remove(collection, key);
        }
        else if (!ReferenceEquals(after, before))
        {
            transaction.Documents.Put(collection, key, ContractJson.Write(after));
        }

        return (before, after);
    }

    private void Follow(string key, T? after)
    {
        if (after is null)
        {
            _items.TryRemove(key, out _);
        }
        else
        {
            _items[key] = after;
        }
    }
}
