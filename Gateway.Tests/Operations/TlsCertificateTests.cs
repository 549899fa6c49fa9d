using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Operations;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Operations;

/// <summary>A certificate's end is told before it comes, without anybody connecting.</summary>
public sealed class TlsCertificateTests : FolderTest
{
    [Test]
    public async Task End_OfTheCertificate_IsToldADayAtATime_FromAMonthBefore_AndWhenItHasCome()
    {
        var time = new ManualTime();
        var log = new HeardLog();
        Directory.CreateDirectory(Folder.Path);
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(33)))
        {
            await File.WriteAllTextAsync(Folder.In("server.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }

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
