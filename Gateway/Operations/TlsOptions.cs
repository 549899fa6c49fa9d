using Gateway.Contract;

namespace Gateway.Operations;

/// <summary>Section <c>Tls</c>: one certificate for MQTT, HTTP and WebSockets.</summary>
internal sealed record TlsOptions : ICheckedOptions
{
    /// <summary>File of the server's certificate: PFX, or PEM with <see cref="Key"/>. Without it no TLS port opens. Read again when it changes.</summary>
    public string? Certificate { get; init; }

    /// <summary>File of the private key, in PEM; null: it stands in the certificate's own file.</summary>
    public string? Key { get; init; }

    /// <summary>Of the PFX file, or of an encrypted key.</summary>
    public string? Password { get; init; }

    internal bool IsOn => Certificate is not null;

    public IEnumerable<string> Faults()
    {
        if (Certificate is null && (Key ?? Password) is not null)
        {
            yield return $"Tls:{(Key is null ? nameof(Password) : nameof(Key))}: is of no use without Tls:Certificate.";
        }
    }
}
