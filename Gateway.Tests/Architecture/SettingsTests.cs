using System.Text.Json;
using Gateway.Operations;

namespace Gateway.Tests.Architecture;

/// <summary>Every setting stands once where its user looks: with its default in appsettings.json, with its meaning in docs/protocol.md.</summary>
public sealed class SettingsTests
{
    [Test]
    public void Setting_StandsInAppsettings_Once()
    {
        var keys = KeysOf(File.ReadAllBytes(Path.Combine(Repository.Root, "appsettings.json")));

        Assert.That(keys, Is.Unique.IgnoreCase);
        Findings.AssertNone(Names().Except(keys), "Add it to appsettings.json, with its default");
    }

    [Test]
    public void Setting_StandsInTheProtocol()
    {
        var document = Repository.Read("docs/protocol.md");

        Findings.AssertNone(
            Names().Where(name => !document.Contains($"`{name}`", StringComparison.Ordinal)),
            "Say what it means under Settings in docs/protocol.md");
    }

    [Test]
    public void Appsettings_IsOneFile()
    {
        var files = Directory.EnumerateFiles(Repository.Root, "appsettings*.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules"));

        Assert.That(files, Is.EqualTo(new[] { "appsettings.json" }));
    }

    [Test]
    public void KeysOfSettings_ThatStandTwice_AreSeenTwice() => Assert.That(
        KeysOf("""{"Mqtt": {"Port": 1, "Tls": {"Port": 3}, "Port": 2}, "Http": {"Port": 1}, "Http:Port": 3}"""u8),
        Is.EqualTo(new[] { "Mqtt", "Mqtt:Port", "Mqtt:Tls", "Mqtt:Tls:Port", "Mqtt:Port", "Http", "Http:Port", "Http:Port" }));

    /// <summary>Section and key of all that the service reads: what can be set of each section's options.</summary>
    private static IEnumerable<string> Names() =>
        from section in typeof(Settings).GetProperties()
        from option in section.PropertyType.GetProperties()
        where option.SetMethod is { IsPublic: true }
        select $"{section.Name}:{option.Name}";

    private static List<string> KeysOf(ReadOnlySpan<byte> json)
    {
        var keys = new List<string>();
        var path = new List<string>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                path.RemoveRange(reader.CurrentDepth - 1, path.Count - (reader.CurrentDepth - 1));
                path.Add(reader.GetString()!);
                keys.Add(string.Join(':', path));
            }
        }
        return keys;
    }
}
