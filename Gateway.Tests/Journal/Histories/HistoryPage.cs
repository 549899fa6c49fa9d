using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Journal.Histories;

/// <summary>A page: follows a stream from where it was, takes only when it was woken, and comes back after whatever cut it off.</summary>
internal sealed class HistoryPage(string name, StreamName stream)
{
    private readonly List<StoredEvent> _received = [];

    // What was asked for and is not answered yet; at most one of the two.
    private Task<OpenSubscription?>? _opening;
    private Task<IReadOnlyList<StoredEvent>>? _taking;
    private OpenSubscription? _open;
    private bool _isWoken;

    public string Name => name;

    public long Cursor => _received.Count == 0 ? 0 : stream.CursorOf(_received[^1]);

    /// <summary>Nothing is on its way to it, and it would hear if something were.</summary>
    public bool IsAtRest => _opening is null && _taking is null && !_isWoken;

    public void Take(Subscriptions subscriptions, string epoch)
    {
        if (_opening is not null || _taking is not null)
        {
            return;
        }

        if (_open is null)
        {
            _opening = subscriptions.OpenAsync(stream, new(epoch, Cursor), fromHead: false, () => _isWoken = true, CancellationToken.None).AsTask();
        }
        else if (_isWoken)
        {
            _isWoken = false;
            _taking = _open.Subscription.TakeAsync(CancellationToken.None).AsTask();
        }
    }

    public void Leave()
    {
        if (_opening is null && _taking is null)
        {
            _open?.Dispose();
            LoseConnection();
        }
    }

    public void LoseConnection() => (_opening, _taking, _open, _isWoken) = (null, null, null, false);

    /// <summary>True when something came.</summary>
    public bool Look()
    {
        if (_opening is { IsCompleted: true })
        {
            // A channel that is not there yet, or a store that cannot be read: it is asked for again.
            _open = _opening.IsCompletedSuccessfully ? _opening.Result : null;
            _opening = null;
            _isWoken = _open is not null;
            Assert.That(_open?.Resume.Reset, Is.Not.True, $"{name}: its cursor is good");
        }

        if (_taking is not { IsCompleted: true } taking)
        {
            return false;
        }

        _taking = null;
        if (!taking.IsCompletedSuccessfully)
        {
            _open?.Dispose();
            _open = null;
            return false;
        }

        _received.AddRange(taking.Result);
        _isWoken |= taking.Result.Count > 0;
        return taking.Result.Count > 0;
    }

    public bool Has(IReadOnlyList<StoredEvent> events) => (_open is not null || Mine(events).Count == 0) && _received.Count >= Mine(events).Count;

    public void Judge(IReadOnlyList<StoredEvent> events) => Assert.That(
        _received.Select(stored => (stored.Channel, stored.Seq, stored.Position)),
        Is.EqualTo(Mine(events).Select(stored => (stored.Channel, stored.Seq, stored.Position))),
        $"{name} has all of {stream}, once, in order");

    private List<StoredEvent> Mine(IReadOnlyList<StoredEvent> events) => [.. events.Where(stored => stream.IsFeed || stored.Channel == stream.Channel)];
}
