using System.Text;
using System.Text.Json;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Support;

/// <summary>Every state of an enrollment against everything that can happen to it, as the rules decide it; <c>docs/enrollment.md</c> shows it.</summary>
internal static class TransitionTable
{
    private static readonly (string Name, Func<SomeEnrollment> Make)[] States =
    [
        ("requested", () => new SomeEnrollment()),
        ("requested, scanner told", () => new SomeEnrollment().After(new StartRequested())),
        ("armed", () => new SomeEnrollment().After(Some.Answer())),
        ("scanning, 1 of 3", () => new SomeEnrollment().After(Some.Answer(), Some.Scan(1))),
        ("scanning, 3 of 3", () => new SomeEnrollment().After(Some.Answer(), Some.Scan(1), Some.Scan(2), Some.Scan(3))),
        ("ended", () => new SomeEnrollment().After(new CancelRequested("admin"))),
    ];

    private static readonly (string Name, Func<SomeEnrollment, EnrollmentInput> Make)[] Inputs =
    [
        ("`waiting` for the step awaited", some => Some.Scan(Awaited(some), ScanStatus.Waiting)),
        ("`retry` of the step awaited", some => Some.Scan(Awaited(some), ScanStatus.Retry, reason: "moved")),
        ("`progress` of the step awaited", some => Some.Scan(Awaited(some))),
        ("`progress` of the step after it", some => Some.Scan(Awaited(some) + 1)),
        ("`waiting` or `retry` of the step after it", some => Some.Scan(Awaited(some) + 1, ScanStatus.Waiting)),
        ("`progress` of step 1 under a new id", _ => Some.Scan(1)),
        ("scan of step 4 of 3, or of 3 in 4", _ => Some.Scan(4)),
        ("scan or result with another slot", _ => Some.Scan(1, slot: 9)),
        ("scan or result of another scanner", _ => Some.Success(device: "door-2")),
        ("result `success`", _ => Some.Success()),
        ("result `error`", _ => Some.Error("timeout")),
        ("the scanner accepts (`ok`: true)", _ => Some.Answer()),
        ("the scanner refuses (`ok`: false)", _ => Some.Answer(ok: false, "busy")),
        ("a page is subscribed", _ => new SubscriberCame()),
        ("the last page leaves", _ => new SubscribersGone()),
        ("`start`", _ => new StartRequested()),
        ("cancel", _ => new CancelRequested("admin")),
        ("the scanner goes away", _ => new ScannerTurned(IsOnline: false)),
        ("the scanner is back", _ => new ScannerTurned(IsOnline: true)),
    ];

    private static readonly (string Name, Action<SomeEnrollment> Before, double Seconds)[] Times =
    [
        ("10 s of silence since the scanner was told, or since the last step", _ => { }, 10),
        ("60 s without a page, after one", some => some.After(new SubscriberCame(), new SubscribersGone(), new ScannerTurned(IsOnline: false)), 60),
        ("2 s with an early step", some => some.Take(Some.Scan(Awaited(some) + 1)), 2),
        ("3 s more", some => Later(some, Some.Scan(Awaited(some) + 1)), 3),
        ("5 s with an early success", some => Later(some, Some.Success()), 3),
        ("the end of the lease", some => some.Take(new ScannerTurned(IsOnline: false)), 300),
    ];

    /// <summary>As Markdown.</summary>
    public static string Draw()
    {
        var text = new StringBuilder();
        Row(text, "what happens", States.Select(state => state.Name));
        Row(text, "---", States.Select(_ => "---"));
        foreach (var (name, make) in Inputs)
        {
            Row(text, name, States.Select(state => Outcome(state.Make(), make)));
        }

        foreach (var (name, before, seconds) in Times)
        {
            Row(text, name, States.Select(state => Outcome(state.Make(), before, seconds)));
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string first, IEnumerable<string> cells) => text.Append($"| {first} | {string.Join(" | ", cells)} |\n");

    private static int Awaited(SomeEnrollment some) => Math.Min(some.State.Captured + 1, some.State.Scans);

    private static void Later(SomeEnrollment some, EnrollmentInput early)
    {
        some.Take(early);
        some.Wait(2);
    }

    private static string Outcome(SomeEnrollment some, Func<SomeEnrollment, EnrollmentInput> make) => Tell(some, make(some));

    private static string Outcome(SomeEnrollment some, Action<SomeEnrollment> before, double seconds)
    {
        before(some);
        var open = some.Open;
        return Tell(some, some.Wait(seconds), open);
    }

    private static string Tell(SomeEnrollment some, EnrollmentInput input)
    {
        var open = some.Open;
        return Tell(some, some.Take(input), open);
    }

    private static string Tell(SomeEnrollment some, EnrollmentDecision decision, OpenEnrollment before)
    {
        if (decision.Refusal is { } refusal)
        {
            return $"✗ `{(Snake(refusal.Code.ToString()))}`";
        }

        var told = decision.Events.Select(draft => $"`{draft.Type}`").ToList();
        if (told.Count > 0 && some.State.Reason is { } reason)
        {
            told.Add($"({reason})");
        }

        if (decision.Start)
        {
            told.Add("tells the scanner");
        }

        if (decision.ResendFrom is { } from)
        {
            told.Add($"asks to resend from {from}");
        }

        if (some.Open.HeldScans.Count > before.HeldScans.Count || (some.Open.HeldSuccess is not null && before.HeldSuccess is null))
        {
            told.Add("held");
        }

        return told.Count == 0 ? "–" : string.Join(" ", told);
    }

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
