using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Access;
using Gateway.Contract;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gateway.Operations;

/// <summary>
/// The certificate that every TLS listener shows. Looked at again when a client connects, at most once a second, and every hour; a changed file that is
/// no good is told once and the one before stays. Its end is told beforehand, once a day.
/// </summary>
internal sealed class TlsCertificate(TlsOptions options, TimeProvider time, ILogger<TlsCertificate> log) : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExpiryNotice = TimeSpan.FromDays(30);
    private static readonly TimeSpan NoticeInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromHours(1);

    private readonly Meter _meter = new("Gateway.Tls");
    private PeriodicWork? _watch;

    // Forward secret and authenticated, whatever else the system's OpenSSL has been set to allow. Schannel knows no such list, and has its own.
    private static readonly CipherSuitesPolicy? Suites = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
        ? new CipherSuitesPolicy(
        [
            TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ])
        : null;

    // 1 while somebody looks at the files; the others go on with what is there.
    private int _isLooking;

    // The rest is owned by whoever looks, but for the reading of _current.
    private long _lookedAt;
    private string? _seen;
    private DateTimeOffset _noticedAt;
    private volatile SslStreamCertificateContext? _current;

    /// <summary>The one that clients are shown; null without TLS.</summary>
    public CertificateView? Shown => _current is { TargetCertificate: var shown }
        ? new(shown.Subject, UntilOf(shown), (int)Math.Floor((UntilOf(shown) - time.GetUtcNow()).TotalDays))
        : null;

    public TlsHandshakeCallbackOptions Handshakes => new()
    {
        HandshakeTimeout = ConnectionLimit.Patience,
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CipherSuitesPolicy = Suites,
            AllowRenegotiation = false,
        }),
    };

    /// <summary>Before the first connection.</summary>
    /// <exception cref="SettingException">There is none that can be used.</exception>
    public void Load()
    {
        try
        {
            _seen = Fingerprint();
            _current = Read();
            _lookedAt = time.GetTimestamp();
            Notice();
            _meter.CreateObservableGauge(
                "gateway_tls_certificate_expiry_seconds", () => Shown!.Until.ToUnixTimeSeconds(), null, "When the certificate ends, in seconds since 1970.");
            _watch = new(WatchInterval, time, Watch);
        }
        catch (Exception error) when (IsUnusable(error))
        {
            throw new SettingException(SettingOf(error), $"cannot be used: {error.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_watch?.DisposeAsync() ?? ValueTask.CompletedTask);
        _meter.Dispose();
    }

    private Task Watch(CancellationToken cancellation)
    {
        Current();
        if (time.GetUtcNow() - _noticedAt >= NoticeInterval)
        {
            Notice();
        }

        return Task.CompletedTask;
    }

    private SslStreamCertificateContext Current()
    {
        if (time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookInterval && Interlocked.Exchange(ref _isLooking, 1) == 0)
        {
            try
            {
                Look();
            }
            finally
            {
                Volatile.Write(ref _lookedAt, time.GetTimestamp());
                Volatile.Write(ref _isLooking, 0);
            }
        }

        return _current ?? throw new InvalidOperationException("no certificate was loaded");
    }

    private void Look()
    {
        var seen = Fingerprint();
        if (seen == _seen)
        {
            return;
        }

        _seen = seen;
        try
        {
            _current = Read();
            Notice();
        }
        catch (Exception error) when (IsUnusable(error))
        {
            OperationsLog.CertificateNotReloaded(log, options.Certificate!, error.Message);
        }
    }

    private SslStreamCertificateContext Read()
    {
        var (certificate, chain) = IsPem() ? ReadPem() : ReadPfx();
        if (!certificate.HasPrivateKey)
        {
            throw new CryptographicException("there is no private key with it");
        }

        OperationsLog.CertificateLoaded(log, certificate.Subject, UntilOf(certificate));

        // Offline: an address in the certificate is no reason to call the internet from a lab.
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    private void Notice()
    {
        var shown = Shown!;
        _noticedAt = time.GetUtcNow();
        if (shown.Until < _noticedAt)
        {
            OperationsLog.CertificateExpired(log, shown.Subject, shown.Until);
        }
        else if (shown.Until - _noticedAt < ExpiryNotice)
        {
            OperationsLog.CertificateExpires(log, shown.Subject, shown.Until, shown.Days);
        }
    }

    private static DateTimeOffset UntilOf(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) ReadPem()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.Certificate!);
        var certificate = options.Password is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(options.Certificate!, password, options.Key)
            : X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key);

        // Schannel takes no key that was never in a store or a PFX.
        return (OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null) : certificate, chain);
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) ReadPfx()
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(options.Certificate!, options.Password);
        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("there is no private key in it");
        all.Remove(own);
        return (own, all);
    }

    private bool IsPem() => File.ReadAllText(options.Certificate!).Contains("-----BEGIN ", StringComparison.Ordinal);

    // What both files hold, behind whatever links: time and length may stay as they were. A key that follows its certificate a moment later is seen as well.
    private string Fingerprint()
    {
        string?[] files = [options.Certificate, options.Key];
        return string.Join(' ', files.OfType<string>().Select(HashOf));
    }

    private static string HashOf(string file)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "-";
        }
    }

    private string SettingOf(Exception error) =>
        options.Key is { } key && error is IOException or UnauthorizedAccessException && !CanRead(key) ? "Tls:Key" : "Tls:Certificate";

    private static bool CanRead(string? path)
    {
        try
        {
            using var file = File.OpenRead(path!);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsUnusable(Exception error) => error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}

/// <param name="Days">Whole ones that are left; below 0 once it has expired.</param>
internal sealed record CertificateView(string Subject, DateTimeOffset Until, int Days);
