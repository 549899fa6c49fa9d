using System.Diagnostics.CodeAnalysis;

namespace Gateway.Channels;

/// <summary>
/// A bounded memory: what was asked for longest ago makes room, but never what is in use. When all is in use, it holds more. Owned by its owner's lock.
/// </summary>
/// <param name="most">So much is remembered, while it is not in use.</param>
/// <param name="isInUse">Must not be forgotten now.</param>
internal sealed class Remembered<TKey, TValue>(int most, Predicate<TValue> isInUse)
    where TKey : notnull
    where TValue : class
{
    // Whoever adds one pays for so many looks at the oldest: what is over the bound goes with the next ones.
    private const int Looks = 64;

    private readonly Dictionary<TKey, Entry> _all = [];

    // The oldest first; who was asked for since has a second chance.
    private readonly Queue<TKey> _ages = [];
    private long _number;

    /// <summary>In the order in which they came.</summary>
    public List<TValue> All() => [.. _all.Values.OrderBy(entry => entry.Number).Select(entry => entry.Value)];

    public bool Any(Predicate<TValue> condition) => _all.Values.Any(entry => condition(entry.Value));

    public bool TryFind(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        value = null;
        if (_all.TryGetValue(key, out var entry))
        {
            entry.WasAskedFor = true;
            value = entry.Value;
        }

        return value is not null;
    }

    public TValue Add(TKey key, TValue value)
    {
        for (var look = 0; look < Looks && _all.Count >= most; look++)
        {
            MakeRoom();
        }

        _all.Add(key, new(value, _number++));
        _ages.Enqueue(key);
        return value;
    }

    /// <summary>What was remembered under one key is remembered under another, unless something else is.</summary>
    public void Move(TKey from, TKey to)
    {
        if (_all.Remove(from, out var entry))
        {
            var isFree = _all.TryAdd(to, entry);
            for (var left = _ages.Count; left > 0; left--)
            {
                var key = _ages.Dequeue();
                if (isFree || !key.Equals(from))
                {
                    _ages.Enqueue(key.Equals(from) ? to : key);
                }
            }
        }
    }

    private void MakeRoom()
    {
        var oldest = _ages.Dequeue();
        var entry = _all[oldest];
        if (entry.WasAskedFor || isInUse(entry.Value))
        {
            entry.WasAskedFor = false;
            _ages.Enqueue(oldest);
        }
        else
        {
            _all.Remove(oldest);
        }
    }

    private sealed class Entry(TValue value, long number)
    {
        public TValue Value => value;

        public long Number => number;

        public bool WasAskedFor { get; set; }
    }
}
