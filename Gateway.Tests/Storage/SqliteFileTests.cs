using Gateway.Contract;
using Gateway.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Storage;

public sealed class SqliteFileTests : FolderTest
{
    [Test]
    public void Folder_InUse_IsRefusedToTheSecond_ByTheNameOfItsSetting()
    {
        using var first = Open();

        Assert.That(Open, Throws.InstanceOf<SettingException>().With.Message.StartsWith("Data:Path: ").And.Message.Contains("in use by another gateway"));
    }

    [Test]
    public void Folder_ThatTheFirstLeft_IsFreeForTheNext()
    {
        Open().Dispose();

        Assert.That(() => Open().Dispose(), Throws.Nothing);
    }

    [Test]
    public void Database_OfANewerSchema_IsRefused_ByTheNameOfItsSetting()
    {
        using (var file = Open())
        using (var connection = file.Connect())
        {
            Run(connection, "PRAGMA user_version = 999");
        }

        Assert.That(
            Open, Throws.InstanceOf<SettingException>().With.Message.StartsWith("Data:Path: ").And.Message.Contains("999").And.Message.Contains("newer"));
    }

    [Test]
    public void Database_ThatIsNone_IsRefused_ByTheNameOfItsSetting()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.Database, new string('x', 4096));

        Assert.That(Open, Throws.InstanceOf<SettingException>().With.Message.StartsWith("Data:Path: "));
    }

    [Test]
    public void Refusal_OfADatabase_LeavesTheFolderFree()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.Database, new string('x', 4096));
        Assert.That(Open, Throws.InstanceOf<SettingException>());
        File.Delete(Folder.Database);

        Assert.That(() => Open().Dispose(), Throws.Nothing);
    }

    [Test]
    public void Folder_WhereAFileIs_IsRefused_ByTheNameOfItsSetting()
    {
        File.WriteAllText(Folder.Path, "a file");

        Assert.That(Open, Throws.InstanceOf<SettingException>().With.Message.StartsWith("Data:Path: "));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "modes are of Unix")]
    public void Folder_ThatIsMade_IsReadableByItsOwnerAlone()
    {
        using var file = Open();

        Assert.That(
            OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Folder.Path),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void Commit_OfTheDatabase_WaitsForTheDisk()
    {
        using var file = Open();
        using var connection = file.Connect();

        // 2 is FULL: in WAL mode nothing less survives the loss of power.
        Assert.That((Ask(connection, "PRAGMA synchronous"), Ask(connection, "PRAGMA journal_mode")), Is.EqualTo((2L, "wal")));
    }

    private SqliteFile Open() => SqliteFile.Open(Folder.Path, NullLogger.Instance);

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
