using Gateway.Access;
using Gateway.Tests.Architecture;
using Gateway.Tests.Contract;

namespace Gateway.Tests.Access;

/// <summary>The decision says what docs/security.md says; the running service is held to the same rows in EndToEnd.</summary>
public sealed class RightsTableTests
{
    private static readonly string[] AllScopes =
    [
        "jobs", "rooms", "checkins", "people", "enrollments", "devices", "webhooks", "stats", "metrics",
        "jobs:read", "rooms:read", "checkins:read", "people:read", "enrollments:read", "devices:read", "webhooks:read", "stats:read",
        "publish scanners/door-1/status", "publish lab/#", "subscribe lab/#",
    ];

    // Doors that stand open before anybody is asked who they are.
    private static readonly string[] Open = ["/", "/healthz", "/readyz", "/ws", "/mqtt", "/api/sign-in", "/api/kiosks/pairings", "/api/kiosks/pairings/none"];

    private static IEnumerable<TestCaseData> Rows() => RightsTable.Rows.Where(row => !Open.Contains(row.What))
        .Select(row => new TestCaseData(row.ToString()).SetArgDisplayNames(row.ToString()));

    [TestCaseSource(nameof(Rows))]
    public void Row_IsWhatIsDecided(string name)
    {
        var row = RightsTable.Rows.Single(row => row.ToString() == name);
        var (verb, what) = ActOf(row);

        Assert.That(Rights.Allow(User(Role.Operator), verb, what), Is.EqualTo(row.Operator), "operator");

        // Of rooms, their own rule leaves less; the running service is held to that.
        Assert.That(Rights.Allow(User(Role.Viewer), verb, what), what.Kind == "rooms" ? Is.True.Or.EqualTo(row.Viewer) : Is.EqualTo(row.Viewer), "viewer");
        Assert.That(Rights.Allow(Identity.Device("door-1"), verb, what), Is.EqualTo(row.Scanner), "scanner");
        Assert.That(Rights.Allow(new(IdentityKind.Kiosk, "k") { Scanner = "door-1" }, verb, what), Is.EqualTo(row.Kiosk), "kiosk");
        Assert.That(Rights.Allow(Identity.Admin, verb, what), Is.True, "admin token");
        Assert.That(Rights.Allow(User(Role.Admin), verb, what), Is.EqualTo(what.Kind != Resource.Topic), "admin");
    }

    [TestCaseSource(nameof(Rows))]
    public void Row_NamesTheScopeThatAKeyNeeds_AndNoOtherHelps(string name)
    {
        var row = RightsTable.Rows.Single(row => row.ToString() == name);
        var (verb, what) = ActOf(row);
        foreach (var scope in AllScopes)
        {
            var isEnough = row.Scope is { } needed && (needed.Length == 0 || needed == scope || needed == $"{scope}:read");
            Assert.That(Rights.Allow(Service(scope), verb, what), Is.EqualTo(isEnough), scope);
        }
    }

    [Test]
    public void Path_OfTheInterface_HasARow() => Findings.AssertNone(
        ApiDocument.Operations.Where(operation => !RightsTable.Rows.Any(row => row.Verb == operation.Method && IsAt(row.What.Split('?')[0], operation.Path)))
            .Select(operation => operation.ToString()),
        "Say in docs/security.md who may do it");

    [TestCase("")]
    [TestCase("users")]
    [TestCase("jobs:write")]
    [TestCase("Jobs")]
    [TestCase("publish")]
    [TestCase("publish a#")]
    [TestCase("subscribe #/a")]
    [TestCase("everything")]
    public void Scope_ThatIsNone_IsNotTaken(string text) => Assert.That(Scope.Parse(text), Is.Null);

    [Test]
    public void Service_WithAFilter_MaySubscribeWithinIt_AndNoWider()
    {
        var service = Service("subscribe lab/+/light");
        string[] filters = ["lab/a/light", "lab/+/light", "$share/g/lab/a/light", "lab/#", "lab/+/+", "#", "+/a/light", "lab/a/light/x"];

        Assert.That(
            filters.Where(filter => Rights.Allow(service, Verb.Subscribe, Resource.OfTopic(filter))),
            Is.EqualTo(new[] { "lab/a/light", "lab/+/light", "$share/g/lab/a/light" }));
    }

    private static bool IsAt(string path, string template) =>
        (path.Split('/'), template.Split('/')) is var (parts, places) && parts.Length == places.Length
        && parts.Zip(places).All(pair => pair.Second.StartsWith('{') || pair.First == pair.Second);

    private static (Verb Verb, Resource What) ActOf(RightsRow row)
    {
        var (verb, what) = row.Verb switch
        {
            "publish" => (Verb.Publish, Resource.OfTopic(row.What)),
            "subscribe" => (Verb.Subscribe, Resource.OfTopic(row.What)),
            "follow" => (Verb.Read, ChannelOf(row)),
            "say" => (Verb.Speak, ChannelOf(row)),
            _ => HttpActs.Of(row.Verb, row.What.Split('?')[0]),
        };

        // What ScannerOf and the modules find in the journal, and the guard in the query or, later, the body.
        var scanner = (what.Kind, what.Id) switch
        {
            ("devices", { } device) => device,
            ("enrollments", "E1") => "door-1",
            ("enrollments", "E2") => "door-2",
            ("checkins", "main") or ("people", "bea") or ("rooms", "R1") => "door-1",
            ("rooms", null) when row.Verb == "POST" && row.What == "/api/rooms" => "door-1",
            ("enrollments", null) when row.What.StartsWith("/api/enrollments/", StringComparison.Ordinal) => null,
            ("enrollments", null) when row.Verb == "POST" || row.What.EndsWith("?device=door-1", StringComparison.Ordinal) => "door-1",
            _ => null,
        };
        return (verb, what with { Scanner = scanner, IsJoined = what is { Kind: "rooms", Id: "R3" } });
    }

    private static Resource ChannelOf(RightsRow row) => row.What.Split('/') is [var kind, var id] ? new(kind, id) : new(row.What);

    private static Identity User(Role role) => new(IdentityKind.User, "ada") { Role = role };

    private static Identity Service(string scope) => new(IdentityKind.Service, "k") { Scopes = [Scope.Parse(scope)!] };
}
