using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Operations;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Operations;

/// <summary>A certificate that was replaced is shown, and its end is told before it comes, without anybody connecting.</summary>
public sealed class TlsCertificateTests : FolderTest
{
    [Test]
    public async Task End_OfTheCertificate_IsToldADayAtATime_FromAMonthBefore_AndWhenItHasCome()
    {
        var time = new ManualTime();
        var log = new HeardLog();
        await WriteAsync("", time, days: 33);
        await using var tls = new TlsCertificate(new TlsOptions { Certificate = Folder.In("server.pem") }, time, log);
        tls.Load();
        Assert.That((tls.Shown!.Days, log.Count(LogLevel.Warning)), Is.EqualTo((33, 0)));

        time.Advance(TimeSpan.FromDays(3));
        for (var told = 1; told <= 4; told++)
        {
            time.Advance(TimeSpan.FromHours(25));
            await Eventually.HoldsAsync(() => log.Count(LogLevel.Warning) == told, $"it is told {told} times");
        }

        time.Advance(TimeSpan.FromDays(30));
        await Eventually.HoldsAsync(() => log.Count(LogLevel.Error) > 0, "it is over");
        Assert.That(tls.Shown.Days, Is.LessThan(0));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Certificate_ReplacedBehindALink_IsShownToTheNextClient(bool isFolderTheLink)
    {
        var time = new ManualTime();
        await WriteAsync("first", time, days: 33);
        await WriteAsync("second", time, days: 66);
        Directory.CreateSymbolicLink(Folder.In("current"), "first");
        File.CreateSymbolicLink(Folder.In("server.pem"), "current/server.pem");
        await using var tls = new TlsCertificate(new TlsOptions { Certificate = Folder.In("server.pem") }, time, new HeardLog());
        tls.Load();

        // As Kubernetes renews what it mounts; and as somebody copies a file, with the time that it had.
        if (isFolderTheLink)
        {
            Directory.Delete(Folder.In("current"));
            Directory.CreateSymbolicLink(Folder.In("current"), "second");
        }
        else
        {
            File.Copy(Folder.In("second/server.pem"), Folder.In("first/server.pem"), overwrite: true);
        }

        time.Advance(TimeSpan.FromSeconds(2));
        await tls.Handshakes.OnConnection(default!);
        Assert.That(tls.Shown!.Days, Is.GreaterThan(60));
    }

    private async Task WriteAsync(string folder, ManualTime time, int days)
    {
        Directory.CreateDirectory(Folder.In(folder));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(days));
        await File.WriteAllTextAsync(Folder.In(Path.Combine(folder, "server.pem")), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    private sealed class HeardLog : ILogger<TlsCertificate>
    {
        private readonly Lock _lock = new();

        // Owned by _lock.
        private readonly List<LogLevel> _levels = [];

        public int Count(LogLevel level)
        {
            lock (_lock)
            {
                return _levels.Count(one => one == level);
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock)
            {
                _levels.Add(logLevel);
            }
        }
    }
}
