using System.Diagnostics;
using Gateway.Tests.Architecture;

namespace Gateway.Tests.Support;

/// <summary>A private CA and a server's certificate, as scripts/make-certificates makes them.</summary>
internal sealed class SomeCertificates
{
    private readonly string _folder;

    private SomeCertificates(string folder) => _folder = folder;

    public string Authority => Path.Combine(_folder, "ca.pem");

    public string Server => Path.Combine(_folder, "server.pem");

    public string Key => Path.Combine(_folder, "server.key");

    public string[] Settings => ["--Tls:Certificate", Server, "--Tls:Key", Key];

    public static async Task<SomeCertificates> MakeAsync(string folder, params string[] more)
    {
        var (code, output) = await RunAsync(Path.Combine(Repository.Root, "scripts/make-certificates"), ["--to", folder, .. more]);
        Assert.That(code, Is.Zero, output);
        return new(folder);
    }

    /// <summary>Debian's curl, which trusts this CA and no other: status and headers and body.</summary>
    public async Task<string> CurlAsync(params string[] arguments)
    {
        var (code, output) = await RunAsync("curl", ["--silent", "--show-error", "--include", "--max-time", "15", "--cacert", Authority, .. arguments]);
        return code == 0 ? output : $"curl {code}: {output}";
    }

    public static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        return (process.ExitCode, await output + await errors);
    }
}
