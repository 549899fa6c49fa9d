using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Journal.Histories;

/// <summary>
/// A page: follows a stream from where it was, takes only when it was woken, and comes back after whatever cut it off. Where it is told that what comes
/// next is no longer kept, it goes on behind the state.
/// </summary>
internal sealed class HistoryPage(string name, StreamName stream)
{
    private readonly List<StoredEvent> _received = [];
    private readonly List<(long From, long To)> _passedOver = [];

    // What was asked for and is not answered yet; at most one of the two.
    private Task<OpenSubscription?>? _opening;
    private Task<Taken>? _taking;
    private OpenSubscription? _open;
    private bool _isWoken;

    // It asked for all that is kept and has got nothing yet: the oldest may be another by then.
    private bool _isFromOldest;

    public string Name => name;

    public long Cursor { get; private set; }

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
            _isFromOldest = Cursor == 0;
            _opening = subscriptions.OpenAsync(stream, new(new(epoch, Cursor)), () => _isWoken = true, CancellationToken.None).AsTask();
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
            if (_open?.Resume is { } resume)
            {
                Assert.That(resume.Cause, Is.AnyOf(ResetCause.None, ResetCause.NotKept), $"{name}: its cursor is good");
                PassOver(resume.After);
            }
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

        if (taking.Result.Anew is { } snapshot)
        {
            PassOver(snapshot.Head);
        }

        foreach (var stored in taking.Result.Events)
        {
            if (_isFromOldest)
            {
                PassOver(stream.CursorOf(stored) - 1);
                _isFromOldest = false;
            }

            _received.Add(stored);
            Cursor = stream.CursorOf(stored);
        }

        _isWoken |= !taking.Result.IsNothing;
        return !taking.Result.IsNothing;
    }

    public bool Has(DiskRows rows) =>
        Mine(rows) is not [.., var newest] || (_open is not null && Math.Max(Cursor, _isFromOldest ? Oldest(rows) - 1 : 0) >= stream.CursorOf(newest));

    public void Judge(DiskRows rows)
    {
        var oldest = Oldest(rows);
        PassOver(_isFromOldest ? oldest - 1 : 0);
        foreach (var (from, to) in _passedOver)
        {
            Assert.That(from, Is.LessThan(oldest - 1), $"{name} was told to pass over {from} to {to} of {stream}, which is kept");
        }

        var due = Mine(rows).Where(stored => !_passedOver.Exists(part => stream.CursorOf(stored) > part.From && stream.CursorOf(stored) <= part.To));
        Assert.That(
            _received.Select(stored => (stored.Channel, stored.Seq, stored.Position)),
            Is.EqualTo(due.Select(stored => (stored.Channel, stored.Seq, stored.Position))),
            $"{name} has all of {stream}, once, in order, but what it was told to pass over");
    }

    private long Oldest(DiskRows rows) => stream.IsFeed ? rows.Floor : rows.Oldest(stream.Channel);

    private List<StoredEvent> Mine(DiskRows rows) => [.. rows.Events.Where(stored => stream.IsFeed || stored.Channel == stream.Channel)];

    private void PassOver(long to)
    {
        if (to > Cursor)
        {
            _passedOver.Add((Cursor, to));
            Cursor = to;
        }
    }
}
