using System.ComponentModel;
using System.Reflection;

namespace Gateway.Operations;

/// <summary>Reads sections of the settings into their options, and tells by name what is not there or does not fit.</summary>
internal sealed class SettingsReader(IConfiguration configuration, List<string> errors)
{
    /// <summary>The section is called as its options are.</summary>
    public T Section<T>()
        where T : class, new()
    {
        var name = typeof(T).Name[..^"Options".Length];
        return Read<T>(name, configuration.GetSection(name));
    }

    /// <summary>A section that is a list of options: <c>Name:0:Key</c>, <c>Name:1:Key</c> and so on.</summary>
    public IReadOnlyList<T> List<T>(string name)
        where T : class, new() => [.. configuration.GetSection(name).GetChildren().Select(given => Read<T>($"{name}:{given.Key}", given))];

    private T Read<T>(string name, IConfigurationSection section)
        where T : class, new()
    {
        var options = new T();
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).ToList();
        foreach (var given in section.GetChildren())
        {
            var property = properties.Find(property => property.Name.Equals(given.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                errors.Add($"{name}:{given.Key}: there is no such setting. {name} has {string.Join(", ", properties.Select(property => property.Name))}.");
            }
            else if (IsOneValue(property.PropertyType) && given.GetChildren().FirstOrDefault() is { } inner)
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

    private static bool IsOneValue(Type type) => type != typeof(IReadOnlyList<string>) && type != typeof(IReadOnlyDictionary<string, string>);

    /// <summary>Null when the text is empty (the default holds) or does not fit.</summary>
    private static object? Convert(Type type, IConfigurationSection given)
    {
        if (type == typeof(IReadOnlyList<string>))
        {
            var items = given.GetChildren().Select(item => item.Value ?? "").ToList();
            return items.Count > 0 ? items : given.Value is { Length: > 0 } one
                ? one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList()
                : null;
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            return given.Value is { Length: > 0 } ? null : given.GetChildren().ToDictionary(item => item.Key, item => item.Value ?? "");
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
        return plain == typeof(bool) ? "true or false"
            : plain == typeof(TimeSpan) ? "time span (hh:mm:ss)"
            : plain == typeof(IReadOnlyDictionary<string, string>) ? "object of names and texts"
            : "number that fits";
    }
}
