using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>Notices participants who do not acknowledge what was said: one warning for each such episode, and numbers for operators.</summary>
internal sealed class RoomWatch : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // A room in which nothing was said for so long is watched no more; who was slow in it stays unsaid until the next message.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly Dictionary<string, WatchedRoom> _rooms = [];

    // Changed by the loop alone, read by anyone.
    private readonly ConcurrentDictionary<(string Room, string User), Participant> _slow = new();

    private readonly Meter _meter = new("Gateway.Modules.Rooms");
    private readonly Counter<long> _messages;
    private readonly Counter<long> _episodes;
    private readonly Receipts _receipts;
    private readonly RoomsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private PeriodicWork? _looking;

    public RoomWatch(Receipts receipts, RoomsOptions options, TimeProvider time, ILogger<RoomWatch> log)
    {
        (_receipts, _options, _time, _log) = (receipts, options, time, log);
        _messages = _meter.CreateCounter<long>("gateway_rooms_messages", description: "Messages that were stored.");
        _episodes = _meter.CreateCounter<long>("gateway_rooms_slow_episodes", description: "Times that a participant began to be slow.");
        _meter.CreateObservableGauge("gateway_rooms_slow_participants", () => _slow.Count, description: "Participants who are slow at the moment.");
    }

    public IReadOnlyCollection<(string Room, string User)> Slow => [.. _slow.Keys];

    public void Start() => _looking = new(Period, _time, LookAsync);

    /// <summary>After the commit.</summary>
    public void Spoken(Spoken spoken, string author)
    {
        _messages.Add(1);
        lock (_lock)
        {
            if (!_rooms.TryGetValue(spoken.State.Id, out var room))
            {
                _rooms.Add(spoken.State.Id, room = new());
            }

            room.State = spoken.State;
            room.Add(new(spoken.Id, spoken.Seq, author, _time.GetUtcNow()));
        }
    }

    /// <summary>After the commit of whoever came or went.</summary>
    public void Changed(RoomState state)
    {
        lock (_lock)
        {
            if (_rooms.TryGetValue(state.Id, out var room))
            {
                room.State = state;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_looking is not null)
        {
            await _looking.DisposeAsync();
        }

        _meter.Dispose();
    }

    private Task LookAsync(CancellationToken stop)
    {
        Look(_time.GetUtcNow());
        return Task.CompletedTask;
    }

    private void Look(DateTimeOffset now)
    {
        foreach (var (id, room, due) in Take(now))
        {
            if (due is not null)
            {
                LookAt(id, room, due);
            }
            else
            {
                Forget(id, _ => true);
            }
        }
    }

    /// <summary>Each room with the message that everybody should have acknowledged by now; without one where the room is watched no more.</summary>
    private List<(string Id, RoomState Room, SaidMessage? Due)> Take(DateTimeOffset now)
    {
        var taken = new List<(string, RoomState, SaidMessage?)>();
        lock (_lock)
        {
            foreach (var (id, room) in _rooms)
            {
                if (room.LastAt < now - Longest)
                {
                    _rooms.Remove(id);
                    taken.Add((id, room.State, null));
                }
                else if (room.Due(now - _options.Slow) is { } due)
                {
                    taken.Add((id, room.State, due));
                }
            }
        }

        return taken;
    }

    private void Forget(string id, Func<string, bool> isGone)
    {
        foreach (var key in _slow.Keys.Where(slow => slow.Room == id && isGone(slow.User)))
        {
            _slow.TryRemove(key, out _);
        }
    }

    private void LookAt(string id, RoomState room, SaidMessage due)
    {
        var lines = _receipts.Of(StreamName.Of(RoomDesk.ChannelOf(id))).ToLookup(line => line.User);
        foreach (var participant in room.Participants)
        {
            var key = (id, participant.User);
            // Who wrote it knows it.
            var hasIt = participant.User == due.Author || lines[participant.User].Any(line => line.Of(due.Seq).Acknowledged is not null);
            if (hasIt && _slow.TryRemove(key, out _))
            {
                RoomLog.CaughtUp(_log, id, RoomLog.Word(participant.User), RoomLog.Word(participant.Role), due.Seq);
            }
            else if (!hasIt && _slow.TryAdd(key, participant))
            {
                _episodes.Add(1);
                var presence = lines[participant.User].Any(line => line.IsOpen) ? "connected" : "not connected";
                RoomLog.Slow(
                    _log, id, RoomLog.Word(participant.User), RoomLog.Word(participant.Role), due.Id, due.Seq, presence, _options.SlowSeconds);
            }
        }

        Forget(id, user => room.Find(user) is null);
    }

    private sealed class WatchedRoom
    {
        // Those that nobody can be slow with yet; acknowledgements are cumulative, so the oldest may go.
        private const int MaxWaiting = 10_000;

        private readonly Queue<SaidMessage> _waiting = new();
        private SaidMessage? _due;

        public RoomState State { get; set; } = null!;

        public DateTimeOffset LastAt { get; private set; }

        public void Add(SaidMessage message)
        {
            if (_waiting.Count == MaxWaiting)
            {
                _waiting.Dequeue();
            }

            _waiting.Enqueue(message);
            LastAt = message.At;
        }

        /// <summary>The newest message that is old enough to have been acknowledged by everyone.</summary>
        public SaidMessage? Due(DateTimeOffset before)
        {
            while (_waiting.TryPeek(out var message) && message.At <= before)
            {
                _due = _waiting.Dequeue();
            }

            return _due;
        }
    }

    private sealed record SaidMessage(string Id, long Seq, string Author, DateTimeOffset At);
}
