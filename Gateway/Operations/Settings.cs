using System.ComponentModel;
using System.Reflection;
using Gateway.Access;
using Gateway.Broker;
using Gateway.Contract;
using Gateway.Modules.Enrollments;
using Gateway.Simulation;
using Gateway.Storage;

namespace Gateway.Operations;

/// <summary>Every setting, read once and checked whole: all errors are told at once, each by the name of its setting.</summary>
internal sealed record Settings(
    MqttOptions Mqtt, HttpOptions Http, DataOptions Data, AccessOptions Access, EnrollmentOptions Enrollment, SimulateOptions Simulate)
{
    private const int HighestPort = 65_535;
    private const int LongestSeconds = 86_400;

    // Read by others: the logger's own section.
    private static readonly string[] ForeignSections = ["Serilog"];

    public static Settings Read(IConfiguration configuration, IReadOnlyList<string> arguments)
    {
        var errors = new List<string>();
        var settings = new Settings(
            Section<MqttOptions>(configuration, errors),
            Section<HttpOptions>(configuration, errors),
            Section<DataOptions>(configuration, errors),
            Section<AccessOptions>(configuration, errors),
            Section<EnrollmentOptions>(configuration, errors),
            Section<SimulateOptions>(configuration, errors));
        errors.AddRange(UnknownArguments(arguments));
        errors.AddRange(settings.Faults());
        return errors.Count == 0 ? settings : throw new SettingException(errors);
    }

    private static string NameOf(Type options) => options.Name[..^"Options".Length];

    private static IEnumerable<string> UnknownArguments(IReadOnlyList<string> arguments)
    {
        string[] known = [.. typeof(Settings).GetProperties().Select(property => property.Name), .. ForeignSections];
        foreach (var argument in arguments)
        {
            var key = argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..].Split('=')[0] : null;
            if (key is not null && !known.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{key}: there is no such setting. The sections are {string.Join(", ", known)}.";
            }
        }
    }

    private static T Section<T>(IConfiguration configuration, List<string> errors)
        where T : new()
    {
        var name = NameOf(typeof(T));
        var options = new T();
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).ToList();
        foreach (var given in configuration.GetSection(name).GetChildren())
        {
            var property = properties.Find(property => property.Name.Equals(given.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                errors.Add($"{name}:{given.Key}: there is no such setting. {name} has {string.Join(", ", properties.Select(property => property.Name))}.");
            }
            else if (property.PropertyType != typeof(IReadOnlyList<string>) && given.GetChildren().FirstOrDefault() is { } inner)
            {
                errors.Add($"{name}:{property.Name}:{inner.Key}: there is no such setting. {name}:{property.Name} is one value.");
            }
            else if (Convert(property.PropertyType, given) is { } value)
            {
                property.SetValue(options, value);
            }
            else if (!string.IsNullOrEmpty(given.Value))
            {
                errors.Add($"{name}:{property.Name}: \"{given.Value}\" is no {Words(property.PropertyType)}.");
            }
        }

        return options;
    }

    /// <summary>Null when the text is empty (the default holds) or does not fit.</summary>
    private static object? Convert(Type type, IConfigurationSection given)
    {
        if (type == typeof(IReadOnlyList<string>))
        {
            var items = given.GetChildren().Select(item => item.Value ?? "").ToList();
            return items.Count > 0 ? items : given.Value is { Length: > 0 } one ? new List<string> { one } : null;
        }

        try
        {
            return string.IsNullOrEmpty(given.Value) ? null : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(given.Value);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Words(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(bool) ? "true or false" : plain == typeof(TimeSpan) ? "time span (hh:mm:ss)" : $"number that fits ({plain.Name})";
    }

    private IEnumerable<string> Faults()
    {
        (string Name, int Port)[] ports = [("Mqtt:Port", Mqtt.Port), ("Http:Port", Http.Port)];
        foreach (var (name, port) in ports.Where(entry => entry.Port is < 0 or > HighestPort))
        {
            yield return $"{name}: {port} is no port; 0 to {HighestPort}.";
        }

        if (Mqtt.Port == Http.Port && Mqtt.Port != 0)
        {
            yield return $"Http:Port: {Http.Port} is the same as Mqtt:Port; each needs a port of its own.";
        }

        if (Access.AdminToken is { Length: < AccessOptions.ShortestToken })
        {
            yield return $"Access:AdminToken: has fewer than {AccessOptions.ShortestToken} characters.";
        }

        if (Access.Anonymous && !(Network.IsLoopback(Mqtt.Address) && Network.IsLoopback(Http.Address)))
        {
            yield return "Access:Anonymous: true lets everyone in, so Mqtt:Address and Http:Address must both be a loopback address such as 127.0.0.1.";
        }

        foreach (var fault in DenyList.Faults(Access))
        {
            yield return fault;
        }

        (string Name, int Seconds)[] spans = [("Enrollment:LeaseSeconds", Enrollment.LeaseSeconds), ("Enrollment:AbandonSeconds", Enrollment.AbandonSeconds)];
        foreach (var (name, seconds) in spans.Where(span => span.Seconds is < 1 or > LongestSeconds))
        {
            yield return $"{name}: {seconds} is not between 1 and {LongestSeconds} seconds.";
        }

        if (Simulate.Scanners is < 0 or > 1000)
        {
            yield return $"Simulate:Scanners: {Simulate.Scanners} is not between 0 and 1000.";
        }
    }
}
