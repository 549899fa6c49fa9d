using Microsoft.Playwright;

namespace Gateway.Tests.Support;

/// <summary>Every state that the kiosk shows, each known by its heading.</summary>
internal static class KioskStates
{
    private const string Followed = "?enrollment=e1";
    private const string At = "2026-01-03T10:00:00.000Z";

    private static readonly string Long = string.Join(' ', Enumerable.Repeat("Wolfeschlegelsteinhausen-Bergerdorff", 4))[..128];

    private static readonly string[] Names =
    [
        "Ada Lovelace", "Grace Hopper", "Alan Turing", "Katherine Johnson", "Edsger Dijkstra",
        "Barbara Liskov", "Donald Knuth", "Radia Perlman", "Tim Berners-Lee", "Margaret Hamilton",
    ];

    private static readonly object[] Some = [.. Names.Select((name, index) => Person(index % 3 == 0 ? $"p-{index}" : name, name, index % 2 == 0))];

    public static IEnumerable<KioskState> All => [.. Choosing(), .. InTheWay(), .. Running(), .. Ends(), .. Passing(), .. Outside()];

    private static IEnumerable<KioskState> Choosing() =>
    [
        Free("choose", "Register a finger", Scanner("lab-1")),
        Free(
            "choose-several", "Register a finger",
            Scanner("lab-1"), Scanner("lab-2", location: "Room 2.14"), Scanner("lab-3", online: false), Scanner("lab-4", sensor: "error")),
        Free("choose-hundred", "Register a finger", [.. Enumerable.Range(1, 100).Select(number => Scanner($"lab-{number}", online: number % 7 > 0))]),
        Free("choose-picked", "Register a finger", Scanner("lab-1")) with { Act = page => PickAsync(page, "Ada Lovelace") },
        Free("choose-nobody", "Register a finger", Scanner("lab-1"), Scanner("lab-2")) with { Act = StartAsync },
        Free("choose-mismatch", "Register a finger", Scanner("lab-1", stored: 9)),
        Free("choose-long", "Register a finger", Scanner("a-scanner-with-the-longest-name-x", location: "The long corridor behind the second laboratory")) with
        {
            Answers = Signed(("GET /api/people", 200, new { items = new[] { Person("x", Long, true) } })), Act = page => PickAsync(page, Long),
        },
    ];

    private static IEnumerable<KioskState> InTheWay() =>
    [
        Free("no-scanner", "No scanner yet"),
        Free("unknown-scanner", "lab-9 is not registered here", Scanner("lab-1")) with { Query = "?scanner=lab-9" },
        Free("offline", "lab-1 is offline", Scanner("lab-1", online: false)),
        Free("sensor-fault", "lab-1 cannot read fingers", Scanner("lab-1", sensor: "error")),
        Free("busy", "lab-1 is in use", Scanner("lab-1")) with
        {
            Answers = Signed(
                ("POST /api/enrollments", 409, new { code = "device_busy", holder = "e7", expiresAt = "2026-01-03T10:05:00.000Z" }),
                ("GET /api/enrollments/e7", 200, new { state = Enrollment("scanning", 1, person: "Grace Hopper") })),
            Act = TypeAndStartAsync,
        },
        Free("full", "lab-1 is full", Scanner("lab-1")) with
        {
            Answers = Signed(("POST /api/enrollments", 409, new { code = "slots_full" })), Act = TypeAndStartAsync,
        },
    ];

    private static IEnumerable<KioskState> Running() =>
    [
        Follows("wake", "Waking lab-1", Enrollment("requested")),
        Follows("no-answer", "Waiting for lab-1", Enrollment("requested", reason: "no_answer")),
        Follows("place", "Place the finger", Enrollment("armed", step: 1)),
        Follows("33", "Lift it, then place it again", Enrollment("scanning", 1)),
        Follows("66", "Lift it, then place it again", Enrollment("scanning", 2)),
        Follows("100", "Lift the finger", Enrollment("scanning", 3)),
        Follows("retry", "Once more, please", Enrollment("scanning", 1, "too_short")),
        Follows("long-name", "Lift it, then place it again", Enrollment("scanning", 1, person: Long)),
        Follows("scanner-lost", "lab-1 is offline", Enrollment("scanning", 1), Scanner("lab-1", online: false)),
        Follows("sensor-lost", "lab-1 has a sensor problem", Enrollment("scanning", 1), Scanner("lab-1", sensor: "error")),
        Follows("link-lost", "Lift it, then place it again", Enrollment("scanning", 1)) with { IsCut = true },
    ];

    private static IEnumerable<KioskState> Ends() =>
    [
        Follows("registered", "Ada Lovelace is registered", Enrollment("succeeded", 3)),
        Follows("registered-long", $"{Long} is registered", Enrollment("succeeded", 3, person: Long)),
        Follows("failed", "That did not work", Enrollment("failed", 1, "too_many_retries")),
        Follows("cancelled", "Cancelled", Enrollment("cancelled", reason: "admin")),
        Follows("abandoned", "Cancelled", Enrollment("cancelled", 1, "abandoned")),
        Follows("expired", "Time is up", Enrollment("expired", 1)),
        Free("not-found", "Not found", Scanner("lab-1")) with { Query = Followed },
    ];

    private static IEnumerable<KioskState> Passing() =>
    [
        Free("idle", "Good to see you", Scanner("lab-1")) with { Untouched = 60_000 },
        Site("idle-checkins", "Good to see you") with { Query = "?checkins=1", Untouched = 60_000 },
        Site("greet-in", "Welcome, Ada Lovelace", Passed("in", "p-0")),
        Site("greet-out", "Goodbye, Grace Hopper", Passed("out", "Grace Hopper", minutes: 200)),
        Site("greet-again", "Once is enough, Grace Hopper", Passed("repeat", "Grace Hopper")),
        Site("greet-unknown", "We do not know this finger", Passed("unknown", null)),
        Free("help", "Help", Scanner("lab-1")) with
        {
            Answers = Signed(("POST /api/rooms", 201, new { id = "r1" }), ("POST /api/rooms/r1/messages", 201, new { seq = 2, id = "m1" })),
            Channels = new Dictionary<string, object>(StringComparer.Ordinal) { ["devices"] = Feed(Scanner("lab-1")), ["rooms/r1"] = new { } },
            Act = page => page.GetByRole(AriaRole.Button, new() { Name = "Call for help" }).ClickAsync(),
        },
    ];

    private static IEnumerable<KioskState> Outside() =>
    [
        new("pairing", "Sign in")
        {
            Answers = Answers(
                ("POST /api/tickets", 401, new { code = "unauthenticated" }),
                ("POST /api/kiosks/pairings", 201, new { code = "K7QP3MXA", secret = "s", expiresAt = "2099-01-01T00:00:00.000Z" }),
                ("POST /api/kiosks/pairings/K7QP3MXA", 200, new { state = "waiting" })),
        },
        new("sign-in-used", "Sign in")
        {
            Answers = Answers(("POST /api/tickets", 401, new { code = "unauthenticated" }), ("POST /api/sign-in", 401, new { code = "unauthenticated" })),
            Act = async page =>
            {
                await page.GetByLabel("Sign-in link or token").FillAsync("used");
                await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            },
        },
        new("never-connected", "One moment…") { Answers = Answers(("POST /api/tickets", 0, null)) },
    ];

    private static KioskState Free(string name, string heading, params object[] scanners) => new(name, heading)
    {
        Answers = Signed(),
        Channels = new Dictionary<string, object>(StringComparer.Ordinal) { ["devices"] = Feed(scanners) },
    };

    private static KioskState Follows(string name, string heading, object enrollment, object? scanner = null) => new(name, heading)
    {
        Query = Followed,
        Answers = Signed(),
        Channels = new Dictionary<string, object>(StringComparer.Ordinal) { ["devices"] = Feed(scanner ?? Scanner("lab-1")), ["enrollments/e1"] = enrollment },
    };

    private static KioskState Site(string name, string heading, params object[] later) => new(name, heading)
    {
        Answers = Signed(),
        Channels = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["devices"] = Feed(Scanner("lab-1")),
            ["checkins/main"] = new
            {
                recent = Names.Select((person, index) => new { seq = 10 - index, type = index % 3 == 1 ? "out" : "in", at = At, person }),
            },
        },
        Later = [.. later.Select(passed => ("checkins/main", passed))],
    };

    private static object Feed(params object[] items) => new { items, next = (string?)null };

    private static object Scanner(string id, string location = "Hall", bool online = true, string sensor = "ok", int stored = 3) =>
        new { id, site = "main", location, online, sensor, capacity = 200, stored, known = 3 };

    private static object Person(string id, string name, bool registered) => new { id, name, registered, fingers = Array.Empty<object>() };

    private static object Enrollment(string state, int captured = 0, string? reason = null, string person = "Ada Lovelace", int? step = null) => new
    {
        id = "e1",
        device = "lab-1",
        person,
        slot = 0,
        scans = 3,
        state,
        step = step ?? Math.Min(captured + 1, 3),
        captured,
        percent = 100 * captured / 3,
        reason,
        expiresAt = "2026-01-03T10:05:00.000Z",
        at = At,
    };

    private static object Passed(string type, string? person, int? minutes = null) => new
    {
        op = "event",
        channel = "checkins/main",
        seq = 11,
        position = 11,
        type,
        at = At,
        data = new { person, device = "lab-1", location = "Hall", minutes, source = new { device = "lab-1", id = "1-1", received = At } },
    };

    private static Dictionary<string, (int Status, object? Body)> Signed(params (string Asked, int Status, object? Body)[] more) => Answers(
        [("GET /api/me", 200, new { kind = "user", name = "op", role = "operator" }), ("GET /api/people", 200, new { items = Some }), .. more]);

    private static Dictionary<string, (int Status, object? Body)> Answers(params (string Asked, int Status, object? Body)[] all)
    {
        var answers = new Dictionary<string, (int, object?)>(StringComparer.Ordinal);
        foreach (var (asked, status, body) in all)
        {
            answers[asked] = (status, body);
        }

        return answers;
    }

    private static Task StartAsync(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

    private static async Task TypeAndStartAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync("Ada");
        await StartAsync(page);
    }

    private static Task PickAsync(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
}
