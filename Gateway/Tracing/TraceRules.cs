using System.Globalization;
using Gateway.Channels;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tracing;

/// <summary>Says in words where scans are and why they are no further: pure, time is an argument.</summary>
internal static class TraceRules
{
    public static Trace Explain(TraceFacts facts, DateTimeOffset now)
    {
        var scans = Enumerable.Range(1, facts.Enrollment.Scans).Select(step => Scan(facts, step, now)).ToList();
        return new(scans, Summary(facts, scans, now));
    }

    private static TracedScan Scan(TraceFacts facts, int step, DateTimeOffset now)
    {
        if (facts.Held.FirstOrDefault(held => held.Step == step) is { } held)
        {
            var stopped = $"it came before step {facts.Enrollment.Captured + 1} and waits for that";
            return new(step, held.Device, held.Received, held.Durable, [], stopped);
        }

        if (facts.Captures.FirstOrDefault(capture => capture.Step == step) is not { } capture)
        {
            return new(step, null, null, null, [], Missing(facts, step, now));
        }

        List<TracedPage> pages = [];
        List<string> unshown = [];
        foreach (var page in facts.Pages)
        {
            var receipt = page.Receipts.GetValueOrDefault(capture.Seq);
            pages.Add(new(page.Subscriber, receipt?.Sent, receipt?.Acknowledged));
            if (Unshown(page, receipt, now) is { } sentence)
            {
                unshown.Add(sentence);
            }
        }

        return new(step, capture.Device, capture.Received, capture.Durable, pages, unshown.Count == 0 ? null : string.Join("; ", unshown));
    }

    /// <summary>Why a captured scan came no further on its way to a page; null when it came as far as it can.</summary>
    private static string? Unshown(PageFact page, Receipt? receipt, DateTimeOffset now) => receipt switch
    {
        { Acknowledged: not null } => null,
        { Sent: { } sent } => page.CanAcknowledge ? $"page {page.Subscriber} has not acknowledged for {Seconds(now - sent)}" : null,
        _ => $"page {page.Subscriber} has not been sent it yet",
    };

    /// <summary>The likeliest reason first: what is known for certain before what is merely awaited.</summary>
    private static string Missing(TraceFacts facts, int step, DateTimeOffset now)
    {
        var enrollment = facts.Enrollment;
        if (facts.Misfits.FirstOrDefault(misfit => misfit.Step == step) is { } misfit)
        {
            return Quarantined(misfit);
        }

        if (enrollment.IsTerminal)
        {
            return $"it had not come when {Ended(enrollment)}";
        }

        if (step > enrollment.Captured + 1)
        {
            return $"it comes after step {step - 1}";
        }

        return ScannerFault(facts, enrollment.Device) ?? Awaited(facts, now);
    }

    private static string? ScannerFault(TraceFacts facts, string device) => facts.Scanner switch
    {
        null => $"scanner {device} is not registered any more",
        { IsOnline: false, Since: { } since } => $"scanner {device} has been offline since {Clock(since)}",
        { IsOnline: false } => $"scanner {device} is offline",
        { Sensor: SensorHealth.Missing } => $"scanner {device} does not find its sensor",
        { Sensor: SensorHealth.Error } => $"scanner {device} reports an error of its sensor",
        _ => null,
    };

    private static string Awaited(TraceFacts facts, DateTimeOffset now)
    {
        var enrollment = facts.Enrollment;
        var wait = Seconds(now - enrollment.At);
        return enrollment switch
        {
            { State: EnrollmentPhase.Requested } when !facts.IsTold => $"scanner {enrollment.Device} has not been told to begin: no page has subscribed yet",
            { State: EnrollmentPhase.Requested } when facts.IsUnanswered => $"scanner {enrollment.Device} is online and has not answered for {wait}",
            { Reason: { } reason, State: EnrollmentPhase.Scanning } => $"scanner {enrollment.Device} asked for the finger again ({reason}) {wait} ago",
            _ => $"scanner {enrollment.Device} has been waiting for the finger for {wait}",
        };
    }

    private static string Summary(TraceFacts facts, List<TracedScan> scans, DateTimeOffset now)
    {
        var enrollment = facts.Enrollment;
        List<string> sentences = [];
        sentences.Add(scans.Find(scan => scan.Durable is null) is { } missing
            ? $"{scans.Count(scan => scan.Durable is not null)} of {enrollment.Scans} scans are on disk; step {missing.Step}: {missing.Stopped}."
            : $"All {enrollment.Scans} scans are on disk.");
        if (enrollment.IsTerminal)
        {
            sentences.Add($"{Capital(Ended(enrollment))}.");
        }
        else if (scans.TrueForAll(scan => scan.Durable is not null))
        {
            var silence = $"scanner {enrollment.Device} has not reported its result for {Seconds(now - enrollment.At)}";
            sentences.Add($"{Capital(ScannerFault(facts, enrollment.Device) ?? silence)}.");
        }

        if (facts.Misfits.FirstOrDefault(misfit => misfit.Step is null) is { } result)
        {
            sentences.Add($"{Capital(Quarantined(result))}.");
        }

        if (scans.FindLast(scan => scan is { Durable: not null, Stopped: not null }) is { } behind)
        {
            sentences.Add($"Step {behind.Step}: {behind.Stopped}.");
        }

        sentences.Add(facts.Pages switch
        {
            [] => "No page has followed it.",
            _ when scans.Exists(scan => scan is { Durable: not null, Stopped: not null }) => "",
            var pages when pages.All(page => page.CanAcknowledge) => "Every page has acknowledged what there is.",
            var pages when pages.Any(page => page.CanAcknowledge) => "Every page that can acknowledge has acknowledged what there is.",
            _ => "It was sent to every page; none of them can acknowledge.",
        });
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    private static string Ended(EnrollmentState enrollment) => enrollment switch
    {
        { State: EnrollmentPhase.Succeeded } => $"the enrollment succeeded at {Clock(enrollment.At)}",
        { State: EnrollmentPhase.Cancelled, Reason: "abandoned" } =>
            $"the enrollment was cancelled at {Clock(enrollment.At)}: nobody was looking at it any more",
        { State: EnrollmentPhase.Cancelled } => $"the enrollment was cancelled at {Clock(enrollment.At)} by {enrollment.Reason}",
        { State: EnrollmentPhase.Failed } => $"the enrollment failed at {Clock(enrollment.At)}: {enrollment.Reason}",
        _ => $"the enrollment expired at {Clock(enrollment.At)}",
    };

    private static string Quarantined(MisfitFact misfit) => misfit.Code == RefusalCode.Late
        ? $"a second message of it is in quarantine: {misfit.Message}"
        : $"quarantined at {Clock(misfit.At)}: {misfit.Message}";

    // Times of day in UTC, as everywhere in the contract.
    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan span) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Floor(span.TotalSeconds))} s");

    private static string Capital(string sentence) => $"{char.ToUpperInvariant(sentence[0])}{sentence[1..]}";
}
