using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>
/// Who is watching: counts the live subscriptions of each channel and tells the modules of the first and of the last. A page that leaves and is back
/// before anybody could be told has not left.
/// </summary>
internal sealed class Attendance(IEnumerable<ISubscriberListener> listeners, Presence presence)
{
    private readonly Lock _lock = new();

    // Owned by _lock. A channel is in _counts while it has subscribers, in _told while the listeners believe so.
    private readonly Dictionary<ChannelName, int> _counts = [];
    private readonly HashSet<ChannelName> _told = [];
    private readonly HashSet<ChannelName> _changed = [];
    private bool _telling;

    public int Channels
    {
        get
        {
            lock (_lock)
            {
                return _counts.Count;
            }
        }
    }

    public bool IsWatched(ChannelName channel)
    {
        lock (_lock)
        {
            return _counts.ContainsKey(channel);
        }
    }

    public void Enter(StreamName name, ISubscriberRights rights)
    {
        presence.Enter(name, rights);
        Count(name, 1);
    }

    public void Leave(StreamName name, ISubscriberRights rights)
    {
        presence.Leave(name, rights);
        Count(name, -1);
    }

    /// <summary>Who polls has its answer. A module is told at once, and has patience of its own; others are told when it does not come back.</summary>
    public void LeaveUnlessBack(StreamName name, ISubscriberRights rights)
    {
        presence.LeaveUnlessBack(name, rights);
        Count(name, -1);
    }

    private void Count(StreamName name, int by)
    {
        if (name.IsFeed)
        {
            return;
        }

        lock (_lock)
        {
            var channel = name.Channel;
            var count = _counts.GetValueOrDefault(channel) + by;
            if (count == 0)
            {
                _counts.Remove(channel);
            }
            else
            {
                _counts[channel] = count;
            }

            _changed.Add(channel);
            if (_telling)
            {
                return;
            }

            _telling = true;
        }

        Tell();
    }

    // One caller at a time tells, for all: so listeners hear of a channel in the order in which it happened.
    private void Tell()
    {
        try
        {
            while (TakeChange() is { } change)
            {
                foreach (var listener in listeners)
                {
                    if (change.Watched)
                    {
                        listener.FirstSubscriber(change.Channel);
                    }
                    else
                    {
                        listener.LastSubscriberLeft(change.Channel);
                    }
                }
            }
        }
        catch
        {
            lock (_lock)
            {
                _telling = false;
            }

            throw;
        }
    }

    private Change? TakeChange()
    {
        lock (_lock)
        {
            foreach (var channel in _changed)
            {
                _changed.Remove(channel);
                var watched = _counts.ContainsKey(channel);
                if (watched ? _told.Add(channel) : _told.Remove(channel))
                {
                    return new(channel, watched);
                }
            }

            _telling = false;
            return null;
        }
    }

    private sealed record Change(ChannelName Channel, bool Watched);
}
