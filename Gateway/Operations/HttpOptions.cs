namespace Gateway.Operations;

/// <summary>Section <c>Http</c>.</summary>
internal sealed record HttpOptions
{
    /// <summary>Port of pages and API; 0 lets the system choose, -1 switches it off.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Their TLS port, opened only with a certificate; 0 lets the system choose, -1 switches it off.</summary>
    public int TlsPort { get; init; } = 8443;

    /// <summary>Address to listen on; null is every interface.</summary>
    public string? Address { get; init; }

    /// <summary>Further names that the Host header may bear, beside localhost, this machine's own names and plain addresses.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}
