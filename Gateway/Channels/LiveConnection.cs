using System.Net;

namespace Gateway.Channels;

/// <summary>One page that follows channels, as operators see it.</summary>
/// <param name="follows">What it follows at the moment; on any thread.</param>
internal sealed class LiveConnection(
    string transport, ISubscriberRights rights, HttpContext context, DateTimeOffset since, Func<IReadOnlyList<Followed>> follows)
{
    /// <summary>Rises with each that is made.</summary>
    public string Id { get; } = $"{transport}-{Guid.CreateVersion7(since):n}";

    public string Transport => transport;

    public string User => rights.User;

    public string? Role => rights.Role;

    public IPAddress? Address { get; } = context.Connection.RemoteIpAddress;

    public DateTimeOffset Since => since;

    public IReadOnlyList<Followed> Follows => follows();
}

/// <param name="Client">The subscriber's name in the receipts.</param>
internal sealed record Followed(StreamName Name, string Client, Progress Progress);
