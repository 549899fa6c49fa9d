using Gateway.Contract;

namespace Gateway.Storage.Sqlite;

/// <summary>A data folder belongs to one process at a time.</summary>
internal static class FolderLock
{
    private const string Name = "gateway.lock";
    private const string Own = "gateway.*";

    /// <summary>Whether a gateway serves from this folder at the moment.</summary>
    public static bool IsTaken(string folder)
    {
        try
        {
            Take(folder).Dispose();
            return false;
        }
        catch (SettingException) when (File.Exists(Path.Combine(folder, Name)))
        {
            return true;
        }
    }

    public static FileStream Take(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                // Scans name people: only the owner reads them.
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var taken = new FileStream(Path.Combine(folder, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Close(folder);
            return taken;
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the folder {folder} cannot be written by this user.");
        }
        catch (IOException error) when (File.Exists(Path.Combine(folder, Name)))
        {
            throw new SettingException("Data:Path", $"the folder {folder} is in use by another gateway ({error.Message})");
        }
        catch (IOException error)
        {
            throw new SettingException("Data:Path", $"the folder {folder} cannot be used: {error.Message}");
        }
    }

    // What was copied here, or made when files were not yet for their owner alone.
    private static void Close(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var file in Directory.GetFiles(folder, Own))
        {
            try
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            catch (UnauthorizedAccessException)
            {
                // Somebody else's: whose it is may say who reads it.
                continue;
            }
        }
    }
}
