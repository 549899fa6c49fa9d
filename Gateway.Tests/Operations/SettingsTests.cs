using System.Reflection;
using System.Text.Json;
using Gateway.Contract;
using Gateway.Operations;
using Gateway.Tests.Architecture;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Operations;

public sealed class SettingsTests
{
    public static IEnumerable<TestCaseData> Options() => typeof(Settings).GetProperties()
        .SelectMany(section => section.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(option => option.CanWrite)
            .Select(option => new TestCaseData(section.Name, option.Name).SetName($"Setting_{section.Name}{option.Name}_StandsInAppsettingsWithItsDefault")));

    [TestCaseSource(nameof(Options))]
    public void Setting(string section, string option)
    {
        using var file = JsonDocument.Parse(Repository.Read("appsettings.json"));
        var options = typeof(Settings).GetProperty(section)!.PropertyType;
        var property = options.GetProperty(option)!;

        Assert.That(file.RootElement.GetProperty(section).TryGetProperty(option, out var written), Is.True, $"{section}:{option} is missing");
        Assert.That(written.Deserialize(property.PropertyType), Is.EqualTo(property.GetValue(Activator.CreateInstance(options))));
    }

    [Test]
    public void Settings_OfAppsettings_AreTheDefaults()
    {
        var given = Settings.Read(new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "appsettings.json")).Build(), []);

        Assert.That(JsonSerializer.Serialize(given), Is.EqualTo(JsonSerializer.Serialize(Read())));
    }

    [TestCase("Mqtt:Port", "-1")]
    [TestCase("Mqtt:Port", "65536")]
    [TestCase("Mqtt:Port", "many")]
    [TestCase("Mqtt:Port", "1.5")]
    [TestCase("Mqtt:MaxQos", "300")]
    [TestCase("Mqtt:RetainAvailable", "perhaps")]
    [TestCase("Mqtt:ConnectTimeout", "soon")]
    [TestCase("Mqtt:Prot", "1883")]
    [TestCase("Mqtt:Port:Inner", "1883")]
    [TestCase("Http:Port", "65536")]
    [TestCase("Http:Port", "1883")]
    [TestCase("Http:Port", "-1")]
    [TestCase("Mqtt:TlsPort", "65536")]
    [TestCase("Tls:Key", "server.key")]
    [TestCase("Http:Origins:0", "school.example")]
    [TestCase("Http:Origins:0", "https://school.example/")]
    [TestCase("Http:Proxies:0", "proxy.example")]
    [TestCase("Http:Proxies:0", "10.0.0.0/99")]
    [TestCase("Limits:HttpRate", "-1")]
    [TestCase("Tls:Password", "hush")]
    [TestCase("Access:AdminToken", "too-short")]
    [TestCase("Access:Anonymous", "true")]
    [TestCase("Access:Anonymous", "yes")]
    [TestCase("Access:AdminOverPlain", "1")]
    [TestCase("Access:Deny:0", "everything")]
    [TestCase("Enrollment:LeaseSeconds", "0")]
    [TestCase("Enrollment:LeaseSeconds", "86401")]
    [TestCase("Enrollment:AbandonSeconds", "0")]
    [TestCase("Simulate:Scanners", "-1")]
    [TestCase("Simulate:Scanners", "1001")]
    public void Setting_ThatIsWrong_IsRefused_ByItsName(string key, string value) =>
        Assert.That(() => Read((key, value)), Throws.InstanceOf<SettingException>().With.Message.StartsWith($"{key}: ").And.Message.Not.Contains("\n"));

    [Test]
    public void Settings_ThatAreWrong_AreAllToldAtOnce_EachInALine()
    {
        var error = Assert.Throws<SettingException>(() => Read(
            ("Mqtt:Port", "x"), ("Http:Nothing", "1"), ("Access:AdminToken", "short"), ("Access:Deny:0", "no"), ("Simulate:Scanners", "-1")));

        Assert.That(
            error!.Message.Split('\n').Select(line => line[..line.IndexOf(": ", StringComparison.Ordinal)]),
            Is.EquivalentTo(new[] { "Mqtt:Port", "Http:Nothing", "Access:AdminToken", "Access:Deny:0", "Simulate:Scanners" }));
    }

    [Test]
    public void Setting_ThatIsWrong_IsNotRepeated_WhereItIsASecret() =>
        Assert.That(() => Read(("Access:AdminToken", "hush-hush")), Throws.InstanceOf<SettingException>().With.Message.Not.Contains("hush-hush"));

    [TestCase("--Mqqt:Port", "1883")]
    [TestCase("--Mqqt:Port=1883")]
    [TestCase("--port", "1883")]
    public void Section_ThatIsUnknownOnTheCommandLine_IsRefused_ByItsName(params string[] arguments) => Assert.That(
        () => Settings.Read(new ConfigurationBuilder().AddCommandLine(arguments).Build(), arguments),
        Throws.InstanceOf<SettingException>().With.Message.StartsWith($"{arguments[0][2..].Split('=')[0]}: ").And.Message.EndsWith("Simulate, Serilog."));

    [Test]
    public void List_GivenByNumber_OrAsOneText_IsTheSame()
    {
        var numbered = Read(("Access:Deny:0", "publish a/#"), ("Access:Deny:1", "subscribe b")).Access.Deny;
        var single = Read(("Access:Deny", "publish a/#, subscribe b")).Access.Deny;

        Assert.That(numbered, Is.EqualTo(new[] { "publish a/#", "subscribe b" }));
        Assert.That(single, Is.EqualTo(numbered));
        Assert.That(Read(("Access:Deny", "publish a/#")).Access.Deny, Is.EqualTo(new[] { "publish a/#" }));
        Assert.That(Read(("Access:Deny:0", "publish a,b")).Access.Deny, Is.EqualTo(new[] { "publish a,b" }), "a filter may bear a comma");
    }

    [Test]
    public void ListOfRecords_IsRead_EntryByEntry()
    {
        var mapping = Read(
            ("Mappings:0:Topic", "a/{device}"), ("Mappings:0:Statuses:success", "*"), ("Mappings:0:Fields:slot", "nr"), ("Mappings:1:Topic", "b/{device}"),
            ("Mappings:1:Statuses:error", "*")).Mappings;

        Assert.That(mapping.Select(one => one.Topic), Is.EqualTo(new[] { "a/{device}", "b/{device}" }));
        Assert.That((mapping[0].Statuses["success"], mapping[0].Fields["slot"], mapping[1].Fields.Count), Is.EqualTo(("*", "nr", 0)));
    }

    [Test]
    public void ListOfRecords_ThatIsWrong_IsToldByEntryAndName()
    {
        var error = Assert.Throws<SettingException>(() => Read(
            ("Mappings:0:Topc", "a"), ("Mappings:0:Topic", "a/{device}"), ("Mappings:0:Statuses:done", "*"), ("Mappings:1:Fields", "status")));

        Assert.That(error!.Message.Split('\n').Select(line => line[..line.IndexOf(": ", StringComparison.Ordinal)]), Is.SupersetOf(new[]
        {
            "Mappings:0:Topc", "Mappings:0:Statuses:done", "Mappings:1:Fields", "Mappings:1:Topic", "Mappings:1:Statuses",
        }));
    }

    [Test]
    public void Setting_InAnyCase_FromTheCommandLine_IsTaken()
    {
        string[] arguments = ["--mqtt:port", "0", "--Http:Port=0", "--Mqtt:ConnectTimeout", "00:00:03", "--Mqtt:MaxQos", "1"];
        var settings = Settings.Read(new ConfigurationBuilder().AddCommandLine(arguments).Build(), arguments);

        Assert.That((settings.Mqtt.Port, settings.Http.Port), Is.EqualTo((0, 0)));
        Assert.That((settings.Mqtt.ConnectTimeout, settings.Mqtt.MaxQos), Is.EqualTo((TimeSpan.FromSeconds(3), (byte?)1)));
    }

    [Test]
    public void Setting_ThatIsEmpty_IsItsDefault() => Assert.That(Read(("Mqtt:Port", ""), ("Access:AdminToken", "")).Mqtt.Port, Is.EqualTo(1883));

    [Test]
    public void PlainPort_MayBeShut_WhereTlsIsOpen() => Assert.That(
        () => Read(("Mqtt:Port", "-1"), ("Http:Port", "-1"), ("Tls:Certificate", "server.pfx")), Throws.Nothing);

    [Test]
    public void TlsPort_IsOfInterest_OnlyWhereItOpens()
    {
        Assert.That(() => Read(("Mqtt:TlsPort", "8080")), Throws.Nothing);
        Assert.That(
            () => Read(("Mqtt:TlsPort", "8080"), ("Tls:Certificate", "server.pfx")),
            Throws.InstanceOf<SettingException>().With.Message.StartsWith("Mqtt:TlsPort: 8080 is the same as Http:Port"));
    }

    [TestCase("127.0.0.1", "127.0.0.1", true)]
    [TestCase("localhost", "::1", true)]
    [TestCase("127.0.0.1", null, false)]
    [TestCase(null, "127.0.0.1", false)]
    [TestCase("127.0.0.1", "192.168.1.5", false)]
    [TestCase("0.0.0.0", "127.0.0.1", false)]
    public void Anonymous_IsTaken_OnlyWhereEveryListenerIsOnLoopback(string? mqtt, string? http, bool isTaken)
    {
        Settings Reading() => Read(("Access:Anonymous", "true"), ("Mqtt:Address", mqtt), ("Http:Address", http));

        Assert.That(Reading, isTaken ? Throws.Nothing : Throws.InstanceOf<SettingException>().With.Message.StartsWith("Access:Anonymous: "));
    }

    private static Settings Read(params ReadOnlySpan<(string Key, string? Value)> given)
    {
        var values = new Dictionary<string, string?>();
        foreach (var (key, value) in given)
        {
            values[key] = value;
        }

        return Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), []);
    }
}
