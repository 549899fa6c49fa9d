using Gateway.Journal;

namespace Gateway.Modules.Enrollments;

/// <summary>The events of one decision as they add up.</summary>
internal sealed class DecisionRun(EnrollmentState state, OpenEnrollment open)
{
    private readonly List<EventDraft> _events = [];
    private int _captured = state.Captured;
    private bool _isEnded;
    private OpenEnrollment _open = open;

    public void Add<T>(string type, T data, DateTimeOffset? at) => _events.Add(EventDraft.Of(type, data, at));

    /// <summary>A fitting scan while the command's answer is outstanding proves that it was accepted.</summary>
    public void ArmIfNeeded(ScannerReported proof)
    {
        if (state.State == EnrollmentPhase.Requested && _events.Count == 0)
        {
            Add(EnrollmentEvents.Armed, new EnrollmentEvents.ArmedData(Inferred: true, proof.Source), proof.At);
        }
    }

    /// <param name="scan">Null where the capture is inferred.</param>
    public void Capture(int step, ScanReported? scan)
    {
        _captured = step;
        var isInferred = scan is null ? true : (bool?)null;
        var data = new EnrollmentEvents.ProgressData(step, state.Scans, 100 * step / state.Scans, scan?.Quality, isInferred, scan?.Source);
        Add(EnrollmentEvents.Progress, data, scan?.At);
    }

    /// <summary>What waited for the step just captured, in order; then the success, when nothing is missing any more.</summary>
    public void ReleaseHeld()
    {
        while (_open.HeldScans.FirstOrDefault(held => held.Step == _captured + 1) is { } held)
        {
            ArmIfNeeded(held);
            Capture(held.Step, held);
            _open = _open with { HeldScans = [.. _open.HeldScans.Where(other => other != held)] };
        }

        if (_captured == state.Scans && _open.HeldSuccess is { } success)
        {
            ArmIfNeeded(success);
            Add(EnrollmentEvents.Succeeded, new EnrollmentEvents.SucceededData(success.Slot, success.Source), success.At);
            _isEnded = true;
        }
    }

    /// <summary>What is missing is inferred from what came after it.</summary>
    public void Infer()
    {
        var last = _open.HeldSuccess is null ? _open.HeldScans.Max(held => held.Step) : state.Scans;
        ScannerReported proof = _open.HeldSuccess is { } success ? success : _open.HeldScans[^1];
        while (!_isEnded && _captured < last)
        {
            ArmIfNeeded(proof);
            if (!_open.HeldScans.Any(held => held.Step == _captured + 1))
            {
                Capture(_captured + 1, scan: null);
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
            ResultOwedSince = hasMoved && _captured == state.Scans ? now : _open.ResultOwedSince,
        });
    }
}
