using System.Collections.Concurrent;
using Gateway.Broker;

namespace Gateway.Tests.Broker.Support;

/// <summary>A store that can be told to hold its commits back, or to fail them.</summary>
internal sealed class MemoryStore : IBrokerStore, IBrokerWrites
{
    private readonly Lock _lock = new();
    private readonly Queue<IBrokerWork> _held = new();
    private bool _isHolding;

    public ConcurrentDictionary<string, RetainedMessage> Retained { get; } = new();

    public int Commits { get; private set; }

    public Exception? Failure { get; set; }

    public IEnumerable<KeyValuePair<string, RetainedMessage>> LoadRetained() => Retained;

    public void Hold() => _isHolding = true;

    /// <summary>Commits what waits, in order.</summary>
    public void Commit()
    {
        lock (_lock)
        {
            while (_held.TryDequeue(out var work))
            {
                Run(work);
            }
        }
    }

    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    public void Submit(IBrokerWork work)
    {
        lock (_lock)
        {
            if (_isHolding)
            {
                _held.Enqueue(work);
            }
            else
            {
                Run(work);
            }
        }
    }

    public void PutRetained(string topic, RetainedMessage message) => Retained[topic] = message;

    public void RemoveRetained(string topic) => Retained.TryRemove(topic, out _);

    private void Run(IBrokerWork work)
    {
        if (Failure is null)
        {
            work.Write(this);
            Commits++;
        }

        work.Completed(Failure);
    }
}
