using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>
/// Notices who does not acknowledge what was said: one warning for each such episode, which ends when all that was overdue is acknowledged, when the
/// person left, or when what was overdue was deleted; and numbers for operators.
/// </summary>
internal sealed class RoomWatch : IAsyncDisposable
{
    private const int MaxRooms = 4_096;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();

    // Owned by _lock. A room is in it while somebody owes an acknowledgement there, or may soon.
    private readonly Dictionary<string, WatchedRoom> _rooms = [];

    // Owned by _lock. What was said there before somebody came is owed by them too, and may be forgotten already.
    private readonly HashSet<string> _joined = [];

    // Changed by the loop alone, read by anyone.
    private readonly ConcurrentDictionary<(string Room, string User), Episode> _slow = new();

    private readonly Meter _meter = new("Gateway.Modules.Rooms");
    private readonly Counter<long> _messages;
    private readonly Counter<long> _episodes;
    private readonly IJournal _journal;
    private readonly Receipts _receipts;
    private readonly RoomsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    // Owned by the loop.
    private bool _hasTakenUp;
    private PeriodicWork? _looking;

    public RoomWatch(IJournal journal, Receipts receipts, RoomsOptions options, TimeProvider time, ILogger<RoomWatch> log)
    {
        (_journal, _receipts, _options, _time, _log) = (journal, receipts, options, time, log);
        _messages = _meter.CreateCounter<long>("gateway_rooms_messages", description: "Messages that were stored.");
        _episodes = _meter.CreateCounter<long>("gateway_rooms_slow_episodes", description: "Times that a participant began to be slow.");
        _meter.CreateObservableGauge("gateway_rooms_slow_participants", () => _slow.Count, description: "Participants who are slow at the moment.");
    }

    public IReadOnlyCollection<(string Room, string User)> Slow => [.. _slow.Keys];

    public void Start() => _looking = new(Period, _time, LookAsync);

    /// <summary>After the commit.</summary>
    public void Spoken(string room, SaidMessage message)
    {
        _messages.Add(1);
        Watch(room, message);
    }

    /// <summary>After the commit.</summary>
    public void Joined(string room)
    {
        lock (_lock)
        {
            _joined.Add(room);
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

    private void Watch(string room, SaidMessage message)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(room, out var watched))
            {
                if (_rooms.Count == MaxRooms)
                {
                    _rooms.Remove(_rooms.MinBy(one => one.Value.LastAt).Key);
                }

                _rooms.Add(room, watched = new());
            }

            watched.Add(message);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            if (!_hasTakenUp)
            {
                await TakeUpAsync(stop);
                _hasTakenUp = true;
            }

            await TakeUpJoinedAsync(stop);
            var before = _time.GetUtcNow() - _options.Slow;
            foreach (var (room, due) in Due(before))
            {
                await LookAtAsync(room, due, before, stop);
            }
        }
        catch (JournalUnavailableException unavailable)
        {
            // The next look sees what this one would have.
            RoomLog.NotLooked(_log, unavailable.Message);
        }
    }

    /// <summary>What was said before the service was started is owed all the same.</summary>
    private async Task TakeUpAsync(CancellationToken stop)
    {
        await foreach (var (room, message) in RoomTail.OfAllAsync(_journal, _time.GetUtcNow(), stop))
        {
            Watch(room, message);
        }
    }

    private async Task TakeUpJoinedAsync(CancellationToken stop)
    {
        string[] joined;
        lock (_lock)
        {
            joined = [.. _joined];
        }

        foreach (var room in joined)
        {
            lock (_lock)
            {
                _joined.Remove(room);
            }

            try
            {
                foreach (var message in await RoomTail.OfAsync(_journal, RoomDesk.ChannelOf(room), stop))
                {
                    Watch(room, message);
                }
            }
            catch (JournalUnavailableException)
            {
                Joined(room);
                throw;
            }
        }
    }

    private List<(string Room, SaidMessage[] Due)> Due(DateTimeOffset before)
    {
        lock (_lock)
        {
            foreach (var (room, watched) in _rooms)
            {
                if (watched.IsQuiet)
                {
                    _rooms.Remove(room);
                }
            }

            var due = _rooms.Select(room => (room.Key, room.Value.Due(before))).Where(room => room.Item2.Length > 0).ToList();
            var others = _slow.Keys.Select(slow => slow.Room).Distinct().Except(due.Select(room => room.Key));
            return [.. due, .. others.Select(room => (room, Array.Empty<SaidMessage>()))];
        }
    }

    private async Task LookAtAsync(string room, SaidMessage[] due, DateTimeOffset before, CancellationToken stop)
    {
        var channel = RoomDesk.ChannelOf(room);
        if (await _journal.SnapshotAsync(channel, stop) is not { } snapshot)
        {
            return;
        }

        var lines = (await _receipts.OfAsync(StreamName.Of(channel), stop)).ToLookup(line => line.User);
        var parties = RoomParties.Of(ContractJson.Read<RoomState>(snapshot.State.Span), lines);
        var said = due.Where(message => !IsDeleted(room, message)).ToList();
        var owed = new HashSet<SaidMessage>();
        foreach (var party in parties)
        {
            var acknowledged = RoomParties.Acknowledged(lines[party.User]);
            var overdue = said.FindAll(message => RoomRules.IsOverdue(message, party, acknowledged, before));
            owed.UnionWith(overdue);
            if (overdue.Count > 0)
            {
                Begin(room, party, overdue, lines[party.User]);
            }
            else if (_slow.TryGetValue((room, party.User), out var episode))
            {
                EndIfOver(room, episode, acknowledged);
            }
        }

        Forget(room, due, parties, owed, before);
        EndOfThoseWhoLeft(room, parties);
    }

    private void Begin(string room, Party party, List<SaidMessage> overdue, IEnumerable<ReceiptLine> lines)
    {
        var key = (room, party.User);
        if (_slow.TryAdd(key, new(party, overdue[^1])))
        {
            _episodes.Add(1);
            var presence = lines.Any(line => line.IsOpen) ? "connected" : "not connected";
            RoomLog.Slow(_log, room, party, overdue[0], presence, _options.SlowSeconds);
        }
        else
        {
            _slow[key] = new(party, overdue[^1]);
        }
    }

    /// <summary>To speak is not to have read; and what is remembered of a busy room may not reach back to what is owed.</summary>
    private void EndIfOver(string room, Episode episode, long acknowledged)
    {
        var end = acknowledged >= episode.Newest.Seq ? "caught up" : IsDeleted(room, episode.Newest) ? "slow no more, what it owed was deleted" : null;
        if (end is not null)
        {
            End(room, episode, end);
        }
    }

    private void EndOfThoseWhoLeft(string room, IReadOnlyList<Party> parties)
    {
        foreach (var (key, episode) in _slow.Where(slow => slow.Key.Room == room && parties.All(party => party.User != slow.Key.User)))
        {
            var by = RoomDesk.Gone(_journal, room).GetValueOrDefault(key.User)?.By;
            End(room, episode, by is null || by == key.User ? "slow no more, left" : $"slow no more, removed by={RoomLog.Word(by)}");
        }
    }

    private void End(string room, Episode episode, string how)
    {
        RoomLog.NotSlow(_log, room, episode.Party, episode.Newest, how);
        _slow.TryRemove((room, episode.Party.User), out _);
    }

    /// <summary>What nobody owes anything for. Somebody who came a moment ago may owe it soon.</summary>
    private void Forget(string room, SaidMessage[] due, IReadOnlyList<Party> parties, HashSet<SaidMessage> owed, DateTimeOffset before)
    {
        if (parties.Any(party => party.Since > before))
        {
            return;
        }

        lock (_lock)
        {
            foreach (var message in due.Where(message => !owed.Contains(message)))
            {
                _rooms.GetValueOrDefault(room)?.Forget(message);
            }
        }
    }

    private bool IsDeleted(string room, SaidMessage message) =>
        _journal.Document(RoomDesk.Messages, RoomDesk.KeyOf(room, message.Id)) is { } body && ContractJson.Read<KeptMessage>(body).IsDeleted;

    /// <param name="Newest">Of what is overdue.</param>
    private sealed record Episode(Party Party, SaidMessage Newest);
}
