using Gateway.Access;
using Gateway.Contract;
using Gateway.Storage;
using Gateway.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Operations.Backups;

/// <summary>`gateway backup FILE` beside a service that runs or not, and `gateway restore FILE` where none does.</summary>
internal static class BackupCommands
{
    public static int Backup(string[] args, TextWriter output)
    {
        var (file, settings) = Read("backup", args);
        var folder = settings.Data.Folder;
        var database = Path.Combine(folder, SqliteFile.Name);
        if (!File.Exists(database))
        {
            throw new SettingException("Data:Path", $"there is no gateway's data in {folder}.");
        }

        try
        {
            if (FolderLock.IsTaken(folder))
            {
                SqliteCopy.Write(database, file);
            }
            else
            {
                // Opened first, for what a crash may have left in the log.
                using var opened = SqliteFile.Open(folder, NullLogger.Instance, migrates: false);
                SqliteCopy.Write(database, file);
            }
        }
        catch (StoreException failure)
        {
            throw new SettingException([$"There is no backup: {failure.Message}."]);
        }

        Note(folder, "backup", file, output);
        output.WriteLine($"{file}: {new FileInfo(file).Length} bytes, a copy of {database}.");
        return 0;
    }

    public static int Restore(string[] args, TextWriter output)
    {
        var (file, settings) = Read("restore", args);
        try
        {
            var restored = SqliteRestore.Run(settings.Data.Folder, file, TimeProvider.System.GetUtcNow(), NullLogger.Instance);
            Note(settings.Data.Folder, "restore", file, output);
            output.WriteLine($"Restored {file} into {settings.Data.Folder}: events up to position {restored.Position}.");
            output.WriteLine($"The journal has a new epoch, {restored.Epoch}: every page begins again from the state it is shown.");
            output.WriteLine($"{restored.Sessions} MQTT sessions were ended; their clients subscribe anew.");
            output.WriteLine("Secrets, tokens and signed-in pages are those of the backup.");
            if (!File.Exists(Path.Combine(settings.Data.Folder, SealedSecrets.FileName)))
            {
                output.WriteLine($"Webhooks have to be made anew, unless {SealedSecrets.FileName} of the machine that made the backup is copied here first.");
            }

            output.WriteLine(restored.Aside is { } aside ? $"The former database is in {aside}; delete it when all is well." : "There was no database before.");
            return 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the backup cannot be put into {settings.Data.Folder}: {error.Message}");
        }
    }

    // Who may only read the folder may back it up, and cannot leave word of it.
    private static void Note(string folder, string command, string file, TextWriter output)
    {
        try
        {
            CommandNotes.Leave(folder, command, file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"The audit trail will not tell of it: {error.Message}");
        }
    }

    private static (string File, Settings Settings) Read(string command, string[] args) => args is [{ } file, .. var rest] && !file.StartsWith('-')
        ? (Path.GetFullPath(file), Settings.ReadForCommand(rest))
        : throw new SettingException([$"Write {command} FILE, and settings such as --Data:Path behind it."]);
}
