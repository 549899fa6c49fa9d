using Gateway.Broker;

namespace Gateway.Tests.Broker.Support;

/// <summary>Lets everybody in; the user name is the owner, and the client id of that name its own.</summary>
internal sealed class OpenDoor : IAuthenticator
{
    public ValueTask<Authentication> AuthenticateAsync(ConnectAttempt attempt, CancellationToken cancellation) =>
        new(Authentication.Granted(new SomeRights(attempt.UserName ?? "")));
}

/// <summary>Everything but topics and filters below <c>denied/</c>.</summary>
internal sealed class GuardedDoor : IAuthenticator
{
    public ValueTask<Authentication> AuthenticateAsync(ConnectAttempt attempt, CancellationToken cancellation) => new(
        attempt.UserName == "stranger"
            ? Authentication.Refused(ReasonCode.NotAuthorized)
            : Authentication.Granted(new SomeRights(attempt.UserName ?? "", "denied/")));
}

internal sealed class SomeRights(string owner, string? denied = null) : IClientRights
{
    public string Owner => owner;

    public CancellationToken Ended => CancellationToken.None;

    public bool MayUseClientId(string clientId) => clientId != "reserved";

    public bool OwnsClientId(string clientId) => clientId == owner;

    public bool MayPublish(string topic) => IsAllowed(topic);

    public bool MaySubscribe(string filter) => IsAllowed(filter);

    public bool MayReceive(string topic) => IsAllowed(topic);

    private bool IsAllowed(string name) => denied is null || !name.StartsWith(denied, StringComparison.Ordinal);
}
