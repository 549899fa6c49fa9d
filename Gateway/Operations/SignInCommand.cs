using Gateway.Access;
using Gateway.Contract;
using Gateway.Storage.Sqlite;

namespace Gateway.Operations;

/// <summary>`gateway sign-in`: a new admin token and its link, for who lost the first one or let it grow old.</summary>
internal static class SignInCommand
{
    public static int Run(string[] args, TextWriter output)
    {
        var settings = Settings.ReadForCommand(args);
        if (settings.Access.AdminToken is not null)
        {
            throw new SettingException("Access:AdminToken", "is set; sign in with that token.");
        }

        if (!File.Exists(Path.Combine(settings.Data.Folder, SqliteFile.Name)))
        {
            throw new SettingException("Data:Path", $"there is no gateway's data in {settings.Data.Folder}; start the service there first, it prints a link.");
        }

        try
        {
            var token = new NewTokenFile(settings.Data.Folder).Leave(TimeProvider.System);
            CommandNotes.Leave(settings.Data.Folder, "sign-in", "admin token");
            output.WriteLine("Open this once, within 15 minutes; it replaces the admin token before it.");
            var page = Door.All(settings.Mqtt, settings.Http).Last(door => door.IsOpen(settings.Tls) && door.Section == "Http");
            output.WriteLine($"  {page.UrlHere}#token={token}");
            return 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the folder {settings.Data.Folder} cannot be written: {error.Message}");
        }
    }
}
