using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Enrollments;

namespace Gateway.Tracing;

/// <summary>
/// When captures were on disk. That is known only behind their commit, so it is written with the enrollment's next event; of what was last before a kill
/// it is known that it was not earlier than its arrival.
/// </summary>
internal sealed class CommitTimes(TimeProvider time) : IProjection, ICommitListener
{
    private const string Collection = "commit-times";

    // Many more than are open at once.
    private const int MostRemembered = 1_000;

    private readonly Lock _lock = new();

    // Both guarded by _lock: what was committed last, by enrollment and step, and the enrollments in the order in which they came.
    private readonly Dictionary<string, Dictionary<int, DateTimeOffset>> _recent = [];
    private readonly Queue<string> _order = [];

    public DateTimeOffset Of(IJournal journal, StoredEvent capture, int step)
    {
        var written = journal.Document(Collection, capture.Channel.Id) is { } body ? ContractJson.Read<Dictionary<int, DateTimeOffset>>(body) : [];
        if (written.TryGetValue(step, out var known))
        {
            return known;
        }

        lock (_lock)
        {
            if (_recent.TryGetValue(capture.Channel.Id, out var steps) && steps.TryGetValue(step, out var committed))
            {
                return committed;
            }
        }

        return capture.Read<EnrollmentEvents.ProgressData>().Source is { } source && source.Received > capture.At ? source.Received : capture.At;
    }

    public void Committed(IReadOnlyList<StoredEvent> events)
    {
        foreach (var stored in events)
        {
            if (IsOfAnEnrollment(stored) && stored.Type == EnrollmentEvents.Progress)
            {
                Note(stored.Channel.Id, stored.Read<EnrollmentEvents.ProgressData>().Step, time.GetUtcNow());
            }
        }
    }

    public void Appended(JournalTransaction transaction, StoredEvent stored)
    {
        if (!IsOfAnEnrollment(stored))
        {
            return;
        }

        var times = transaction.Documents.Find(Collection, stored.Channel.Id) is { } body ? ContractJson.Read<Dictionary<int, DateTimeOffset>>(body) : [];
        var before = times.Count;
        if (stored.Type == EnrollmentEvents.Progress && HeldSince(transaction, stored) is var (step, held))
        {
            times.TryAdd(step, held);
        }

        AddRecent(stored.Channel.Id, times);
        if (times.Count > before)
        {
            transaction.Documents.Put(Collection, stored.Channel.Id, ContractJson.Write(times));
        }
    }

    private static bool IsOfAnEnrollment(StoredEvent stored) => stored.Channel.Kind == EnrollmentDesk.Kind;

    /// <summary>A step that came early was on disk long before it has its event.</summary>
    private static (int Step, DateTimeOffset At)? HeldSince(JournalTransaction transaction, StoredEvent stored)
    {
        var step = stored.Read<EnrollmentEvents.ProgressData>().Step;
        var open = EnrollmentRecords.Find<OpenEnrollment>(transaction, EnrollmentRecords.Open, stored.Channel.Id);
        return open?.HeldScans.FirstOrDefault(held => held.Step == step)?.HeldAt is { } at ? (step, at) : null;
    }

    private void AddRecent(string enrollment, Dictionary<int, DateTimeOffset> times)
    {
        lock (_lock)
        {
            foreach (var (step, at) in _recent.GetValueOrDefault(enrollment) ?? [])
            {
                times.TryAdd(step, at);
            }
        }
    }

    private void Note(string enrollment, int step, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (!_recent.TryGetValue(enrollment, out var steps))
            {
                _recent[enrollment] = steps = [];
                _order.Enqueue(enrollment);
                if (_order.Count > MostRemembered)
                {
                    _recent.Remove(_order.Dequeue());
                }
            }

            steps.TryAdd(step, at);
        }
    }
}
