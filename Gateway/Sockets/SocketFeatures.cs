using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sockets;

/// <summary>What a connection is, and the few things that Kestrel adds: looked up in an array, which is all that an idle one pays for.</summary>
internal sealed class SocketFeatures(SocketConnection connection) : IFeatureCollection
{
    private const int Usual = 5;

    // the middleware's, one after the other
    private KeyValuePair<Type, object>[] _added = new KeyValuePair<Type, object>[Usual];
    private int _count;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            var at = IndexOf(key);
            return at >= 0 ? _added[at].Value : key.IsInstanceOfType(connection) ? connection : null;
        }
        set
        {
            Revision++;
            var at = IndexOf(key);
            if (value is null)
            {
                if (at >= 0)
                {
                    _added[at] = _added[--_count];
                    _added[_count] = default;
                }

                return;
            }

            if (at < 0)
            {
                if (_count == _added.Length)
                {
                    Array.Resize(ref _added, _count * 2);
                }

                at = _count++;
            }

            _added[at] = new(key, value);
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _added.Take(_count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(Type key)
    {
        for (var at = 0; at < _count; at++)
        {
            if (_added[at].Key == key)
            {
                return at;
            }
        }

        return -1;
    }
}
