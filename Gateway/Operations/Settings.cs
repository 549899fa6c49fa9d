using Gateway.Access;
using Gateway.Broker;
using Gateway.Contract;
using Gateway.Intake;
using Gateway.Modules.CheckIns;
using Gateway.Modules.Enrollments;
using Gateway.Modules.Firmware;
using Gateway.Modules.Jobs;
using Gateway.Modules.Mappings;
using Gateway.Modules.Rooms;
using Gateway.Modules.Webhooks;
using Gateway.Simulation;
using Gateway.Storage;

namespace Gateway.Operations;

/// <summary>Every setting, read once and checked whole: all errors are told at once, each by the name of its setting.</summary>
internal sealed record Settings(
    MqttOptions Mqtt,
    HttpOptions Http,
    TlsOptions Tls,
    DataOptions Data,
    AccessOptions Access,
    LimitsOptions Limits,
    EnrollmentOptions Enrollment,
    JobsOptions Jobs,
    RoomsOptions Rooms,
    CheckInsOptions CheckIns,
    QuarantineOptions Quarantine,
    RetentionOptions Retention,
    FirmwareOptions Firmware,
    WebhooksOptions Webhooks,
    IReadOnlyList<MappingOptions> Mappings,
    SimulateOptions Simulate)
{
    private const int LongestSeconds = 86_400;

    // A scanner's CONNECT with will and credentials has to fit; the standard's own limit.
    private const int SmallestPacketBound = 512;
    private const int LargestPacket = 268_435_455;

    // Read by others: the logger's own section.
    private static readonly string[] ForeignSections = ["Serilog"];

    public static Settings Read(IConfiguration configuration, IReadOnlyList<string> arguments)
    {
        var errors = new List<string>();
        var reader = new SettingsReader(configuration, errors);
        var settings = new Settings(
            reader.Section<MqttOptions>(),
            reader.Section<HttpOptions>(),
            reader.Section<TlsOptions>(),
            reader.Section<DataOptions>(),
            reader.Section<AccessOptions>(),
            reader.Section<LimitsOptions>(),
            reader.Section<EnrollmentOptions>(),
            reader.Section<JobsOptions>(),
            reader.Section<RoomsOptions>(),
            reader.Section<CheckInsOptions>(),
            reader.Section<QuarantineOptions>(),
            reader.Section<RetentionOptions>(),
            reader.Section<FirmwareOptions>(),
            reader.Section<WebhooksOptions>(),
            reader.List<MappingOptions>("Mappings"),
            reader.Section<SimulateOptions>());
        errors.AddRange(UnknownArguments(arguments));
        errors.AddRange(settings.Faults());
        var sections = typeof(Settings).GetProperties().Select(section => section.GetValue(settings));
        errors.AddRange(sections.OfType<ICheckedOptions>().SelectMany(section => section.Faults()));
        errors.AddRange(settings.Mappings.Index().SelectMany(mapping => mapping.Item.Faults($"Mappings:{mapping.Index}")));
        return errors.Count == 0 ? settings : throw new SettingException(errors);
    }

    /// <summary>For a command beside the service, which has no host to gather them.</summary>
    public static Settings ReadForCommand(string[] arguments) => Read(
        new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).AddEnvironmentVariables().AddCommandLine(arguments).Build(),
        arguments);

    private static IEnumerable<string> UnknownArguments(IReadOnlyList<string> arguments)
    {
        string[] known = [.. typeof(Settings).GetProperties().Where(property => property.CanWrite).Select(property => property.Name), .. ForeignSections];
        for (var i = 0; i < arguments.Count; i++)
        {
            var parts = arguments[i].Split('=', 2);
            if (!parts[0].StartsWith("--", StringComparison.Ordinal))
            {
                yield return $"{arguments[i]}: is no setting; write --Section:Key value.";
                continue;
            }

            var key = parts[0][2..];
            if (!key.Contains(':', StringComparison.Ordinal) || !known.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{key}: there is no such setting. The sections are {string.Join(", ", known)}.";
            }

            if (parts.Length == 1 && ++i == arguments.Count)
            {
                yield return $"{key}: has no value; write --{key} value.";
            }
        }
    }

    /// <summary>Whoever reaches the service is on this machine: nobody listens to the LAN, not even a proxy.</summary>
    public bool IsForThisMachineAlone => IsOnLoopback && Http.Proxies.Count == 0;

    private bool IsOnLoopback => Network.IsLoopback(Mqtt.Address) && Network.IsLoopback(Http.Address);

    private IEnumerable<string> Faults()
    {
        foreach (var fault in Door.Faults(Mqtt, Http, Tls, Simulate.Scanners))
        {
            yield return fault;
        }

        if (Access.AdminToken is { Length: < AccessOptions.ShortestToken })
        {
            yield return $"Access:AdminToken: has fewer than {AccessOptions.ShortestToken} characters.";
        }

        if (Access.Anonymous && !IsOnLoopback)
        {
            yield return "Access:Anonymous: true lets everyone in, so Mqtt:Address and Http:Address must both be a loopback address such as 127.0.0.1.";
        }

        foreach (var fault in DenyList.Faults(Access).Concat(CheckIns.Faults()).Concat(Simulate.FaultsOfSettings()))
        {
            yield return fault;
        }

        (string Name, int Seconds)[] spans =
        [
            ("Enrollment:LeaseSeconds", Enrollment.LeaseSeconds), ("Enrollment:AbandonSeconds", Enrollment.AbandonSeconds),
            ("Enrollment:StateSeconds", Enrollment.StateSeconds),
        ];
        foreach (var (name, seconds) in spans.Where(span => span.Seconds is < 1 or > LongestSeconds))
        {
            yield return $"{name}: {seconds} is not between 1 and {LongestSeconds} seconds.";
        }

        foreach (var (name, value, min, max) in Ranges().Where(range => range.Value < range.Min || range.Value > range.Max))
        {
            yield return $"{name}: {value} is not between {min} and {max}.";
        }

        (string Name, TimeSpan Span)[] waits =
        [
            ("Mqtt:ConnectTimeout", Mqtt.ConnectTimeout), ("Mqtt:CloseTimeout", Mqtt.CloseTimeout),
        ];
        foreach (var (name, span) in waits.Where(wait => wait.Span <= TimeSpan.Zero || wait.Span > TimeSpan.FromHours(1)))
        {
            yield return $"{name}: {span} is not between 0 and an hour.";
        }
    }

    /// <summary>What is not given is within every range.</summary>
    private IEnumerable<(string Name, double Value, double Min, double Max)> Ranges() =>
    [
        ("Mqtt:MaxQos", Mqtt.MaxQos ?? 0, 0, 1),
        ("Mqtt:ReceiveMaximum", Mqtt.ReceiveMaximum ?? 1, 1, ushort.MaxValue),
        ("Mqtt:MaxPacketSize", Mqtt.MaxPacketSize ?? SmallestPacketBound, SmallestPacketBound, LargestPacket),
        ("Mqtt:MaxConnections", Mqtt.MaxConnections, 1, int.MaxValue),
        ("Mqtt:MaxInflight", Mqtt.MaxInflight, 1, ushort.MaxValue),
        ("Mqtt:MaxQueuedMessages", Mqtt.MaxQueuedMessages, 1, int.MaxValue),
        ("Mqtt:MaxQueuedBytes", Mqtt.MaxQueuedBytes, 1, long.MaxValue),
        ("Mqtt:MaxSubscriptions", Mqtt.MaxSubscriptions, 1, int.MaxValue),
        ("Mqtt:MaxTopicLevels", Mqtt.MaxTopicLevels, 6, 65_535),
        ("Mqtt:MaxRetained", Mqtt.MaxRetained, 1, int.MaxValue),
        ("Jobs:StalledSeconds", Jobs.StalledSeconds, 0, JobsOptions.LongestSilence),
        ("Rooms:SlowSeconds", Rooms.SlowSeconds, 1, RoomsOptions.LongestPatience),
        ("Simulate:Scanners", Simulate.Scanners, 0, 1000),
        ("Simulate:RetryChance", Simulate.RetryChance, 0, 1),
    ];
}
