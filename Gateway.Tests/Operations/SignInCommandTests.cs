using Gateway.Operations;
using Gateway.Storage.Sqlite;

namespace Gateway.Tests.Operations;

/// <summary>The link of the command line leads to where the service listens, in a form that a browser takes.</summary>
public sealed class SignInCommandTests : FolderTest
{
    [TestCase("", "http://localhost:8080/#token=")]
    [TestCase("--Http:Address 0.0.0.0", "http://localhost:8080/#token=")]
    [TestCase("--Http:Address :: --Http:Port 80", "http://localhost:80/#token=")]
    [TestCase("--Http:Address ::1", "http://[::1]:8080/#token=")]
    [TestCase("--Http:Address 192.168.1.5", "http://192.168.1.5:8080/#token=")]
    [TestCase("--Http:Address localhost --Http:Port -1 --Tls:Certificate server.pem", "https://localhost:8443/#token=")]
    public void Link_LeadsToThePage(string settings, string link)
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllBytes(Path.Combine(Folder.Path, SqliteFile.Name), []);
        var output = new StringWriter();
        SignInCommand.Run(["--Data:Path", Folder.Path, .. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)], output);

        Assert.That(output.ToString(), Does.Contain($"  {link}"));
    }
}
