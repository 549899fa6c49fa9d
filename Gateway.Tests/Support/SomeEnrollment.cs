using Gateway.Journal;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Support;

/// <summary>One enrollment in memory, driven by inputs: the rules decide, the fold follows, the clock is a field.</summary>
internal sealed class SomeEnrollment
{
    public static readonly EnrollmentTimes Times = new(TimeSpan.FromSeconds(60));

    private readonly EnrollmentKind _kind = new();
    private readonly List<StoredEvent> _events = [];

    public SomeEnrollment(int scans = 3, int slot = 0)
    {
        Append(Some.Requested(scans, slot));
        State = _kind.Fold(null, _events[0]);
    }

    public DateTimeOffset Now { get; private set; } = Some.Now;

    public EnrollmentState State { get; private set; }

    public OpenEnrollment Open { get; private set; } = new();

    public IReadOnlyList<StoredEvent> Events => _events;

    public DateTimeOffset? Deadline => EnrollmentRules.NextDeadline(State, Open, Times);

    /// <summary>The captures, in the order of their events.</summary>
    public IEnumerable<EnrollmentEvents.ProgressData> Captures => _events.Where(stored => stored.Type == EnrollmentEvents.Progress)
        .Select(stored => stored.Read<EnrollmentEvents.ProgressData>());

    public IEnumerable<int> Steps => Captures.Select(capture => capture.Step);

    public EnrollmentDecision Take(EnrollmentInput input)
    {
        var decision = EnrollmentRules.Decide(State, Open, input, Times, Now);
        foreach (var draft in decision.Events)
        {
            State = _kind.Fold(State, Append(draft));
        }

        if (decision.Refusal is null && decision.Open is { } open)
        {
            Open = decision.Start ? open with { Command = "enroll-1" } : open;
        }

        return decision;
    }

    public SomeEnrollment After(params ReadOnlySpan<EnrollmentInput> inputs)
    {
        foreach (var input in inputs)
        {
            Take(input);
        }

        return this;
    }

    public EnrollmentDecision Wait(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return Take(new TimePassed());
    }

    private StoredEvent Append(EventDraft draft)
    {
        var seq = _events.Count + 1;
        var stored = new StoredEvent(ChannelName.Of("enrollments", Some.EnrollmentId), seq, seq, draft.Type, draft.At ?? Now, draft.Data);
        _events.Add(stored);
        return stored;
    }
}
