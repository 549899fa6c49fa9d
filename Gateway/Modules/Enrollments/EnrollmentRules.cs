using Gateway.Journal;

namespace Gateway.Modules.Enrollments;

/// <summary>Decides what an input does to an enrollment: pure and total, time is an argument.</summary>
internal static class EnrollmentRules
{
    public static EnrollmentDecision Decide(
        EnrollmentState state, OpenEnrollment open, EnrollmentInput input, EnrollmentTimes times, DateTimeOffset now) => input switch
        {
            ScanReported scan => OnScan(state, open, scan, now),
            ResultReported result => OnResult(state, open, result, now),
            EnrollAnswered answer => OnAnswer(state, open, answer),
            CancelRequested when state.IsTerminal => Refuse(Ended(state)),
            CancelRequested cancel => End(EventDraft.Of(EnrollmentEvents.Cancelled, new EnrollmentEvents.CancelledData(cancel.By))),
            StartRequested => Begin(state, open with { StartedByCaller = true }, now),
            SubscriberCame => Begin(state, open with { UnwatchedSince = null }, now),
            SubscribersGone => Quiet(open with { UnwatchedSince = open.UnwatchedSince ?? now }),
            ScannerTurned turned => Quiet(OnTurn(state, open, turned.IsOnline, now)),
            TimePassed => OnTime(state, open, times, now),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "an input without a rule"),
        };

    /// <summary>When time alone changes something next; null once it has ended.</summary>
    public static DateTimeOffset? NextDeadline(EnrollmentState state, OpenEnrollment open, EnrollmentTimes times)
    {
        if (state.IsTerminal)
        {
            return null;
        }

        var due = state.ExpiresAt;
        if (open is { UnwatchedSince: { } unwatched, StartedByCaller: false } && unwatched + times.Abandon < due)
        {
            due = unwatched + times.Abandon;
        }

        if (open.SilentSince is { } silent && state.State == EnrollmentPhase.Requested && silent + EnrollmentTimes.SilenceAfter < due)
        {
            due = silent + EnrollmentTimes.SilenceAfter;
        }

        if (open.GapSince is { } gap)
        {
            var repair = gap + (open.ResendAsked ? EnrollmentTimes.InferAfter : EnrollmentTimes.ResendAfter);
            due = repair < due ? repair : due;
        }

        if (open.ResultOwedSince is { } owed && owed + EnrollmentTimes.ResultAfter < due)
        {
            due = owed + EnrollmentTimes.ResultAfter;
        }

        return due;
    }

    private static EnrollmentDecision Begin(EnrollmentState state, OpenEnrollment open, DateTimeOffset now) =>
        open.Command is null && state.State == EnrollmentPhase.Requested
            ? new([], open with { SilentSince = open.IsScannerAway ? null : now }, Start: true)
            : Quiet(open);

    /// <summary>Silence counts only while the scanner is there to break it.</summary>
    private static OpenEnrollment OnTurn(EnrollmentState state, OpenEnrollment open, bool isOnline, DateTimeOffset now) => open with
    {
        IsScannerAway = !isOnline,
        SilentSince = isOnline && open.Command is not null && state is { State: EnrollmentPhase.Requested, Reason: null } ? now : null,
    };

    private static EnrollmentDecision OnScan(EnrollmentState state, OpenEnrollment open, ScanReported scan, DateTimeOffset now)
    {
        if (Misfit(state, scan.Source.Device, scan.Slot) is { } misfit)
        {
            return Refuse(misfit);
        }

        if (scan.Of != state.Scans || scan.Step < 1 || scan.Step > state.Scans)
        {
            return Refuse(new(RefusalCode.StepOutOfRange, $"step {scan.Step} of {scan.Of} does not fit an enrollment of {state.Scans} scans"));
        }

        if (state.IsTerminal)
        {
            return Refuse(Ended(state));
        }

        if (scan.Step <= state.Captured || open.HeldScans.Any(held => held.Step == scan.Step && scan.Status == ScanStatus.Progress))
        {
            return Refuse(new(RefusalCode.Late, $"step {scan.Step} has been captured already"));
        }

        if (scan.Step > state.Captured + 1)
        {
            return scan.Status == ScanStatus.Progress
                ? Quiet(open with { HeldScans = [.. open.HeldScans, scan with { HeldAt = now }], GapSince = open.GapSince ?? now })
                : Quiet(open);
        }

        var run = new DecisionRun(state, open);
        run.ArmIfNeeded(scan);
        Show(run, scan);
        return run.Done(now);
    }

    private static void Show(DecisionRun run, ScanReported scan)
    {
        switch (scan.Status)
        {
            case ScanStatus.Waiting:
                run.Add(EnrollmentEvents.Waiting, new EnrollmentEvents.WaitingData(scan.Step, Reason: null, scan.Source), scan.At);
                break;
            case ScanStatus.Retry:
                run.Add(EnrollmentEvents.Retry, new EnrollmentEvents.RetryData(scan.Step, scan.Reason, scan.Source), scan.At);
                break;
            default:
                run.Capture(scan.Step, scan);
                run.ReleaseHeld();
                break;
        }
    }

    private static EnrollmentDecision OnResult(EnrollmentState state, OpenEnrollment open, ResultReported result, DateTimeOffset now)
    {
        if (Misfit(state, result.Source.Device, result.Slot) is { } misfit)
        {
            return Refuse(misfit);
        }

        if (state.IsTerminal)
        {
            return Refuse(Ended(state));
        }

        if (!result.Success)
        {
            var reason = result.Reason ?? "unknown";
            return End(EventDraft.Of(EnrollmentEvents.Failed, new EnrollmentEvents.FailedData(reason, result.Source), result.At));
        }

        if (open.HeldSuccess is not null)
        {
            return Refuse(new(RefusalCode.Late, "a success has been reported already"));
        }

        var run = new DecisionRun(state, open with { HeldSuccess = result, GapSince = open.GapSince ?? now });
        run.ReleaseHeld();
        return run.Done(now);
    }

    private static EnrollmentDecision OnAnswer(EnrollmentState state, OpenEnrollment open, EnrollAnswered answer)
    {
        if (state.IsTerminal || state.State != EnrollmentPhase.Requested)
        {
            return Quiet(open);
        }

        return answer.Ok
            ? new([EventDraft.Of(EnrollmentEvents.Armed, new EnrollmentEvents.ArmedData(Inferred: null, answer.Source), answer.At)], open)
            : End(EventDraft.Of(EnrollmentEvents.Failed, new EnrollmentEvents.FailedData(answer.Reason ?? "refused", answer.Source), answer.At));
    }

    private static EnrollmentDecision OnTime(EnrollmentState state, OpenEnrollment open, EnrollmentTimes times, DateTimeOffset now)
    {
        if (state.IsTerminal)
        {
            return new([], null);
        }

        if (now >= state.ExpiresAt)
        {
            return End(EventDraft.Of(EnrollmentEvents.Expired, new EnrollmentEvents.ExpiredData()));
        }

        if (open is { UnwatchedSince: { } unwatched, StartedByCaller: false } && now >= unwatched + times.Abandon)
        {
            return End(EventDraft.Of(EnrollmentEvents.Cancelled, new EnrollmentEvents.CancelledData("abandoned")));
        }

        if (open.SilentSince is { } silent && state.State == EnrollmentPhase.Requested && now >= silent + EnrollmentTimes.SilenceAfter)
        {
            // No retry: those are counted, as each is a finger that was asked for again.
            var waiting = EventDraft.Of(EnrollmentEvents.Waiting, new EnrollmentEvents.WaitingData(0, EnrollmentState.NoAnswer, Source: null));
            return new([waiting], open with { SilentSince = null });
        }

        if (open.ResultOwedSince is { } owed && now >= owed + EnrollmentTimes.ResultAfter)
        {
            return new([], open with { ResultOwedSince = null }, ResendFrom: state.Scans);
        }

        return open.GapSince is { } gap ? Repair(state, open, gap, now) : Quiet(open);
    }

    private static EnrollmentDecision Repair(EnrollmentState state, OpenEnrollment open, DateTimeOffset gap, DateTimeOffset now)
    {
        if (!open.ResendAsked)
        {
            // After a pause of the service itself too: it asks first, and the wait for the answer counts from the asking.
            return now >= gap + EnrollmentTimes.ResendAfter
                ? new([], open with { ResendAsked = true, GapSince = now - EnrollmentTimes.ResendAfter }, ResendFrom: state.Captured + 1)
                : Quiet(open);
        }

        if (now < gap + EnrollmentTimes.InferAfter)
        {
            return Quiet(open);
        }

        var run = new DecisionRun(state, open);
        run.Infer();
        return run.Done(now);
    }

    private static Refusal? Misfit(EnrollmentState state, string device, int slot)
    {
        if (device != state.Device)
        {
            return new(RefusalCode.WrongDevice, $"the enrollment is on scanner {state.Device}, not on {device}");
        }

        return slot != state.Slot ? new(RefusalCode.WrongSlot, $"slot {slot} is not this enrollment's, which has slot {state.Slot}") : null;
    }

    private static Refusal Ended(EnrollmentState state) =>
        new(RefusalCode.Terminal, $"the enrollment has ended as {state.State.ToString().ToLowerInvariant()}");

    private static EnrollmentDecision Refuse(Refusal refusal) => new([], null, Refusal: refusal);

    private static EnrollmentDecision Quiet(OpenEnrollment open) => new([], open);

    private static EnrollmentDecision End(EventDraft last) => new([last], null);
}
