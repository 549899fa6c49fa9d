using Gateway.Journal;

namespace Gateway.Modules.Enrollments;

/// <summary>The events of one decision as they add up.</summary>
internal sealed class DecisionRun(EnrollmentState state, OpenEnrollment open)
{
    private readonly List<EventDraft> _events = [];
    private int _captured = state.Captured;
    private bool _isEnded;
    private OpenEnrollment _open = open;

    public void Add<T>(string type, T data) => _events.Add(EventDraft.Of(type, data));

    /// <summary>A fitting scan while the command's answer is outstanding proves that it was accepted.</summary>
    public void ArmIfNeeded(EventSource source)
    {
        if (state.State == EnrollmentPhase.Requested && _events.Count == 0)
        {
            Add(EnrollmentEvents.Armed, new EnrollmentEvents.ArmedData(Inferred: true, source));
        }
    }

    public void Capture(int step, int? quality, EventSource? source)
    {
        _captured = step;
        var isInferred = source is null ? true : (bool?)null;
        Add(EnrollmentEvents.Progress, new EnrollmentEvents.ProgressData(step, state.Scans, 100 * step / state.Scans, quality, isInferred, source));
    }

    /// <summary>What waited for the step just captured, in order; then the success, when nothing is missing any more.</summary>
    public void ReleaseHeld()
    {
        while (_open.HeldScans.FirstOrDefault(held => held.Step == _captured + 1) is { } held)
        {
            ArmIfNeeded(held.Source);
            Capture(held.Step, held.Quality, held.Source);
            _open = _open with { HeldScans = [.. _open.HeldScans.Where(other => other != held)] };
        }

        if (_captured == state.Scans && _open.HeldSuccess is { } success)
        {
            ArmIfNeeded(success.Source);
            Add(EnrollmentEvents.Succeeded, new EnrollmentEvents.SucceededData(success.Slot, success.Source));
            _isEnded = true;
        }
    }

    /// <summary>What is missing is inferred from what came after it.</summary>
    public void Infer()
    {
        var last = _open.HeldSuccess is null ? _open.HeldScans.Max(held => held.Step) : state.Scans;
        var proof = _open.HeldSuccess?.Source ?? _open.HeldScans[^1].Source;
        while (!_isEnded && _captured < last)
        {
            ArmIfNeeded(proof);
            if (!_open.HeldScans.Any(held => held.Step == _captured + 1))
            {
                Capture(_captured + 1, quality: null, source: null);
            }

            ReleaseHeld();
        }
    }

    public EnrollmentDecision Done(DateTimeOffset now)
    {
        if (_isEnded)
        {
            return new(_events, null);
        }

        var isGap = _open.HeldScans.Count > 0 || _open.HeldSuccess is not null;
        var hasMoved = _captured > state.Captured;
        return new(_events, _open with
        {
            GapSince = isGap ? (hasMoved ? now : _open.GapSince) : null,
            ResendAsked = isGap && !hasMoved && _open.ResendAsked,
        });
    }
}
