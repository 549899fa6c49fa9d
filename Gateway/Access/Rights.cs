namespace Gateway.Access;

/// <summary>
/// The one decision about who may do what to which resource, for MQTT, HTTP and WebSockets alike. Pure, and no is the default: what does not
/// stand here is the admin's alone. docs/security.md shows it as a table, which a test compares.
/// </summary>
internal static class Rights
{
    /// <summary>The most that viewers and operators may do with each kind; null is nothing.</summary>
    private static readonly Dictionary<string, (Verb? Viewer, Verb? Operator)> People = new(StringComparer.Ordinal)
    {
        ["enrollments"] = (Verb.Read, Verb.Operate),
        ["devices"] = (Verb.Read, Verb.Operate),
        ["people"] = (Verb.Read, Verb.Operate),
        ["forgettings"] = (null, Verb.Read),
        ["checkins"] = (Verb.Read, Verb.Operate),
        ["attendance"] = (Verb.Read, Verb.Read),
        ["jobs"] = (Verb.Read, Verb.Operate),
        ["rooms"] = (Verb.Read, Verb.Operate),
        ["stats"] = (Verb.Read, Verb.Read),
        ["metrics"] = (Verb.Read, Verb.Read),
        ["firmware"] = (Verb.Read, Verb.Read),
        ["quarantine"] = (null, Verb.Operate),
        ["connections"] = (null, Verb.Operate),
        ["kiosks"] = (null, Verb.Operate),
    };

    public static bool Allow(Identity who, Verb verb, Resource what) => who.Kind switch
    {
        IdentityKind.Admin or IdentityKind.Anonymous => true,
        IdentityKind.User => who.Role == Role.Admin ? what.Kind != Resource.Topic : IsPersons(who.Role, verb, what) || IsEverybodys(who, verb, what),
        IdentityKind.Service when what.Kind == "tickets-for-others" => true,
        IdentityKind.Service => who.Scopes.Any(scope => scope.Allows(verb, what)) || IsEverybodys(who, verb, what),
        IdentityKind.Kiosk => IsKiosks(who, verb, what) || IsEverybodys(who, verb, what),
        IdentityKind.Device => IsDevices(who.Name, verb, what),
        _ => false,
    };

    /// <summary>Who only looks on elsewhere has a say where they take part.</summary>
    private static bool IsPersons(Role role, Verb verb, Resource what) =>
        People.TryGetValue(what.Kind, out var most) && (verb <= (role == Role.Operator ? most.Operator : most.Viewer) || (verb == Verb.Speak && what.IsJoined));

    /// <summary>To know oneself, to change the password that one has, and what there is to ask for; tickets only narrow what their owner may do.</summary>
    private static bool IsEverybodys(Identity who, Verb verb, Resource what) => what.Kind switch
    {
        "me" => verb == Verb.Read || (who.Kind == IdentityKind.User && verb == Verb.Operate),
        "tickets" => verb <= Verb.Operate,
        "openapi" => verb == Verb.Read,
        _ => false,
    };

    private static bool IsKiosks(Identity who, Verb verb, Resource what) => who.Scanner is not null && what.Scanner == who.Scanner && what.Kind switch
    {
        "enrollments" => verb <= Verb.Operate,
        "devices" => verb == Verb.Read,

        // Its site's comings and goings, the names to greet by, and the rooms in which it called for help.
        "checkins" or "people" => verb == Verb.Read,
        "rooms" => verb <= Verb.Operate,
        _ => false,
    };

    /// <summary>A scanner's own five topics out, its commands in, the firmware that it is to run, nothing else.</summary>
    private static bool IsDevices(string device, Verb verb, Resource what)
    {
        if (what.Kind == Resource.Offers)
        {
            return verb == Verb.Read;
        }

        if (what is not { Kind: Resource.Topic, Id: { } topic } || !topic.StartsWith("scanners/", StringComparison.Ordinal)
            || !topic.AsSpan("scanners/".Length).StartsWith(device, StringComparison.Ordinal)
            || topic.Length <= "scanners/".Length + device.Length || topic["scanners/".Length + device.Length] != '/')
        {
            return false;
        }

        var own = topic["scanners/".Length..][(device.Length + 1)..];
        return verb switch
        {
            Verb.Subscribe => own == "commands",
            Verb.Publish => own.Split('/') is ["status" or "identifications" or "acks"] or ["enrollments", _, "result"] or ["enrollments", _, "scans", _],
            _ => false,
        };
    }
}
