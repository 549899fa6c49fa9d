using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>The arrows between folders point one way, as the table in ARCHITECTURE.md says.</summary>
public sealed partial class FolderArrowsTests
{
    private static readonly FolderTable Table = FolderTable.Read();

    [Test]
    public void Code_NamesOnlyFoldersThatItsRowAllows() => Findings.AssertNone(
        Uses().Where(use => use.From != "" && use.To != "" && !Table.Allows(use.From, use.To)).Select(Sentence),
        "Turn the arrow round, or widen the row in ARCHITECTURE.md where the arrow is right");

    [Test]
    public void TypeAtTheRoot_ThatFoldersShare_NamesNoFolder()
    {
        var shared = Uses().Where(use => use.From != "" && use.To == "").Select(use => Outermost(use.Used)).ToHashSet();

        Findings.AssertNone(
            Uses().Where(use => use.To != "" && shared.Contains(Outermost(use.User))).Select(Sentence),
            "A type that all folders use must not know them");
    }

    [Test]
    public void EveryFolder_HasARow_AndEveryRowAFolder()
    {
        var folders = Repository.Sources("Gateway").Select(FolderOfSource).Where(folder => folder != "Gateway")
            .Select(folder => folder["Gateway/".Length..]).ToHashSet();
        var rowsWithoutFolder = Table.Rows.Select(row => row.Folder)
            .Where(row => !folders.Any(folder => $"{folder}/".StartsWith($"{row}/", StringComparison.Ordinal)));
        var arrowsToNothing = Table.Rows.SelectMany(row => row.MayUse).Distinct().Where(use => use != "*" && !folders.Contains(use));

        Assert.Multiple(() =>
        {
            Assert.That(folders.Where(folder => Table.RowOf(folder) is null), Is.Empty, "folders that the table of ARCHITECTURE.md forgets");
            Assert.That(rowsWithoutFolder, Is.Empty, "rows without a folder");
            Assert.That(arrowsToNothing, Is.Empty, "arrows to a folder that holds no code");
            Assert.That(Table.Rows.Select(row => row.Folder), Is.Unique);
        });
    }

    [Test]
    public void Namespace_OfEverySource_IsItsFolder()
    {
        var strays = Repository.Sources("Gateway").Where(path => path != "Gateway/Program.cs")
            .Where(path => NamespaceOf(path) != FolderOfSource(path).Replace('/', '.'));

        Findings.AssertNone(strays, "Move the file or rename the namespace");
    }

    [TestCase("Broker", "Broker/Protocol", true, TestName = "Arrow_InsideOneRow_IsAllowed")]
    [TestCase("Broker", "Journal", false, TestName = "Arrow_NotInTheRow_IsRefused")]
    [TestCase("Storage/Sqlite", "Broker", true, TestName = "Arrow_FromASubfolder_FollowsItsRow")]
    [TestCase("Storage", "Broker/Protocol", false, TestName = "Arrow_ToASubfolderNotNamed_IsRefused")]
    [TestCase("Modules/Rooms", "Modules", true, TestName = "Arrow_FromAModuleToWhatAllShare_IsAllowed")]
    [TestCase("Modules/Jobs", "Modules/Rooms", false, TestName = "Arrow_BetweenModulesWithRowsOfTheirOwn_IsRefused")]
    [TestCase("Operations", "Broker/Protocol", true, TestName = "Arrow_OfAStar_IsAllowed")]
    [TestCase("Forgotten", "Broker", false, TestName = "Arrow_FromAFolderWithoutARow_IsRefused")]
    public void Arrow(string from, string to, bool allowed)
    {
        var table = FolderTable.Parse(
            """
            | folder | owns | may use |
            | --- | --- | --- |
            | `Broker/` | MQTT | – |
            | `Storage/` | the file | `Broker`, `Journal` |
            | `Modules/` | what modules share | – |
            | `Modules/Jobs/` | jobs | `Modules` |
            | `Modules/Rooms/` | rooms | `Modules` |
            | `Operations/` | health | `*` |
            """);

        Assert.That(table.Allows(from, to), Is.EqualTo(allowed));
    }

    [Test]
    public void Uses_OfAType_AreSeenInSignaturesBodiesAndGenericArguments()
    {
        var uses = TypeUses.Of(typeof(Sample));

        Assert.That(uses, Is.SupersetOf(new[] { typeof(IDisposable), typeof(Queue<>), typeof(Version), typeof(Uri), typeof(Math), typeof(FormatException) }));
    }

    private static IEnumerable<(Type User, string From, Type Used, string To)> Uses() =>
        from user in GatewayTypes()
        from used in TypeUses.Of(user)
        where used.Assembly == user.Assembly && FolderOf(used) is not null
        select (user, FolderOf(user)!, used, FolderOf(used)!);

    private static string Sentence((Type User, string From, Type Used, string To) use) =>
        $"{use.From} → {use.To}: {Outermost(use.User).Name} uses {Outermost(use.Used).Name}";

    private static IEnumerable<Type> GatewayTypes() => typeof(Program).Assembly.GetTypes().Where(type => FolderOf(type) is not null);

    /// <summary>The folder of a type by its namespace, "" at the root; null for what a compiler or generator put elsewhere.</summary>
    private static string? FolderOf(Type type) => Outermost(type).Namespace switch
    {
        "Gateway" => "",
        { } name when name.StartsWith("Gateway.", StringComparison.Ordinal) => name["Gateway.".Length..].Replace('.', '/'),
        _ => null,
    };

    private static string FolderOfSource(string path) => path[..path.LastIndexOf('/')];

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string NamespaceOf(string path) => NamespaceLine().Match(Repository.Read(path)).Groups["name"].Value;

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamespaceLine();

    private sealed class Sample : IDisposable
    {
        private readonly Queue<Version> queue = new();

        public void Dispose()
        {
            try
            {
                queue.Clear();
                GC.KeepAlive(Math.Abs(queue.Count));
                GC.KeepAlive(new List<Uri>());
            }
            catch (FormatException)
            {
                throw new InvalidOperationException();
            }
        }
    }
}
