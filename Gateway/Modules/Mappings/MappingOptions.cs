using Gateway.Modules.Devices;

namespace Gateway.Modules.Mappings;

/// <summary>One entry of <c>Mappings</c>: how scanners that were not written for this service say what it wants to know. docs/mappings.md shows it.</summary>
internal sealed record MappingOptions
{
    /// <summary>The Device that stands for the user name of the connection.</summary>
    public const string User = "user";

    /// <summary>The Enrollment that stands for the one that the scanner is at.</summary>
    public const string Running = "running";

    /// <summary>The status of theirs that stands for any.</summary>
    public const string Any = "*";

    public static readonly string[] KnownFields = ["id", "status", "step", "of", "percent", "slot", "quality", "reason", "uptime"];
    public static readonly string[] KnownStatuses = ["waiting", "progress", "retry", "success", "error", "online", "offline"];
    public static readonly string[] KnownCommands = ["enroll", "cancel", "resend", "delete", "ping", "locate", "restart"];

    /// <summary>A topic filter; a level in braces is captured under that name: {device}, {enrollment}, {step}, {slot}.</summary>
    public string Topic { get; init; } = "";

    /// <summary>{device}, as captured; "user", the user name; or the id of the one scanner that this is.</summary>
    public string Device { get; init; } = $"{{{MappingLevel.Device}}}";

    /// <summary>{enrollment}, as captured; "running"; or the field that names it.</summary>
    public string Enrollment { get; init; } = Running;

    /// <summary>Our name of a field to theirs; dots lead into objects.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>Our name of a status to theirs, several divided by |.</summary>
    public IReadOnlyDictionary<string, string> Statuses { get; init; } = new Dictionary<string, string>();

    /// <summary>Their number of our slot 0.</summary>
    public int SlotOffset { get; init; }

    /// <summary>Where they wait for commands; {device} is theirs.</summary>
    public string? CommandTopic { get; init; }

    /// <summary>
    /// Our name of a command to the payload that they understand, with {slot}, {enrollment}, {scans}, {from}, {expiresIn}, {id} and {device} filled in.
    /// </summary>
    public IReadOnlyDictionary<string, string> Commands { get; init; } = new Dictionary<string, string>();

    /// <param name="name">Of this entry, for example <c>Mappings:0</c>.</param>
    public IEnumerable<string> Faults(string name)
    {
        var levels = MappingLevel.Parse(Topic);
        foreach (var fault in TopicFaults(levels).Concat(FieldFaults(levels)).Concat(CommandFaults()))
        {
            yield return $"{name}:{fault}";
        }
    }

    private static IEnumerable<string> Strangers(string key, IReadOnlyDictionary<string, string> given, string[] known) =>
        given.Where(entry => !known.Contains(entry.Key) || string.IsNullOrWhiteSpace(entry.Value)).Select(entry => known.Contains(entry.Key)
            ? $"{key}:{entry.Key}: is empty."
            : $"{key}:{entry.Key}: there is no such name here; there are {string.Join(", ", known)}.");

    private IEnumerable<string> TopicFaults(IReadOnlyList<MappingLevel>? levels)
    {
        if (levels is null)
        {
            yield return $"Topic: \"{Topic}\" is no topic filter with captures such as {{device}} as whole levels.";
        }
        else if (levels[0] is { Kind: LevelKind.Text, Text: "scanners" or "enrollments" or "jobs" } or { Kind: LevelKind.Text, Text: ['$', ..] })
        {
            yield return $"Topic: \"{Topic}\" begins as topics of this service's own do.";
        }

        if (Device == $"{{{MappingLevel.Device}}}" ? levels is not null && !Captures(levels, MappingLevel.Device) : Device != User && !DeviceId.IsValid(Device))
        {
            yield return $"Device: \"{Device}\" is neither {{device}} with that level in Topic, nor {User}, nor a device id.";
        }

        if (Enrollment.Length == 0 || (Enrollment == $"{{{MappingLevel.Enrollment}}}" && levels is not null && !Captures(levels, MappingLevel.Enrollment)))
        {
            yield return $"Enrollment: \"{Enrollment}\" is neither {{enrollment}} with that level in Topic, nor {Running}, nor a field.";
        }
    }

    private IEnumerable<string> FieldFaults(IReadOnlyList<MappingLevel>? levels)
    {
        foreach (var fault in Strangers("Fields", Fields, KnownFields).Concat(Strangers("Statuses", Statuses, KnownStatuses)))
        {
            yield return fault;
        }

        if (Statuses.Count == 0)
        {
            yield return $"Statuses: is missing; say what of {string.Join(", ", KnownStatuses)} they call how.";
        }
        else if (!Fields.ContainsKey("status") && (Statuses.Count > 1 || Statuses.Values.First() != Any))
        {
            yield return $"Fields:status: is missing; only where every message has one meaning, that status is \"{Any}\" and needs no field.";
        }

        if (Statuses.ContainsKey("progress") && !Fields.ContainsKey("step") && !Fields.ContainsKey("percent")
            && levels is not null && !Captures(levels, MappingLevel.Step))
        {
            yield return "Fields:step: is missing; which scan it is, is told by step, by percent or by {step} in Topic.";
        }
    }

    private IEnumerable<string> CommandFaults()
    {
        foreach (var fault in Strangers("Commands", Commands, KnownCommands))
        {
            yield return fault;
        }

        if (CommandTopic is null != (Commands.Count == 0))
        {
            yield return "CommandTopic: and Commands belong together.";
        }
        else if (CommandTopic is { } topic && (topic.AsSpan().IndexOfAny("+#") >= 0
            || topic.Replace($"{{{MappingLevel.Device}}}", "", StringComparison.Ordinal).AsSpan().IndexOfAny("{}") >= 0))
        {
            yield return $"CommandTopic: \"{topic}\" is no topic; it may bear {{device}}, and no wildcard.";
        }
    }

    private static bool Captures(IReadOnlyList<MappingLevel> levels, string name) =>
        levels.Any(level => level.Kind == LevelKind.Capture && level.Text == name);
}
