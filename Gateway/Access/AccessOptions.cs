namespace Gateway.Access;

/// <summary>Section <c>Access</c>.</summary>
internal sealed record AccessOptions
{
    public const int ShortestToken = 32;

    /// <summary>A fixed bearer token with every right, at least 32 characters; null: the first start makes one and prints a sign-in link.</summary>
    public string? AdminToken { get; init; }

    /// <summary>Whether the admin token is accepted without TLS, and then only from loopback and private addresses.</summary>
    public bool AdminOverPlain { get; init; } = true;

    /// <summary>Whoever connects has every right but <see cref="Deny"/>. Only with every listener on loopback.</summary>
    public bool Anonymous { get; init; }

    /// <summary>"subscribe FILTER" and "publish FILTER": refused to all but the admin token.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
}
