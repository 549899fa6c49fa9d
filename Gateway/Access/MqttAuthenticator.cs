using System.Net;
using Gateway.Broker;

namespace Gateway.Access;

/// <summary>
/// Decides who an MQTT client is: the admin token, a service by its key, a device by its secret, or anybody where that is allowed. People's
/// passwords are for pages and open nothing here.
/// </summary>
internal sealed class MqttAuthenticator(
    AccessOptions options, AdminToken admin, DeviceSecrets devices, Accounts accounts, Standings standings, DenyList deny, AuthThrottle throttle,
    AuditTrail trail, IDeviceTopics? mapped = null)
    : IAuthenticator
{
    public async ValueTask<Authentication> AuthenticateAsync(ConnectAttempt attempt, CancellationToken cancellation)
    {
        var remote = (attempt.Remote as IPEndPoint)?.Address;
        if (await IdentifyAsync(attempt) is var (identity, credential))
        {
            throttle.Succeeded(remote);
            var rights = new MqttRights(
                identity, deny, devices.Knows, mapped, filter => Tell(identity.Owner, "SUBSCRIBE", filter, filter), standings.Of(identity, credential));
            if (rights.MayUseClientId(attempt.ClientId))
            {
                return Authentication.Granted(rights);
            }

            // That of a scanner: no other client id is kept from anybody.
            Tell(identity.Owner, "CONNECT", "mqtt", Identity.Device(attempt.ClientId).Owner, ReasonCode.ClientIdentifierNotValid);
            return Authentication.Refused(ReasonCode.ClientIdentifierNotValid);
        }

        // Whom it claimed to be is told where there is such a scanner; else it may be anything, a secret in the wrong place too.
        var claimed = attempt.UserName is { } name && devices.Knows(name) ? Identity.Device(name).Owner : "mqtt";
        Tell(AuditTrail.Nobody, "CONNECT", "mqtt", claimed);

        // Only who is wrong waits: secrets cannot be guessed, and a scanner behind the same address as a guesser is not kept out.
        return throttle.Failed(remote) is null ? Authentication.Refused(ReasonCode.NotAuthorized) : Authentication.Refused(ReasonCode.QuotaExceeded);

        // Where nobody says who they are, nobody can be told of.
        void Tell(string who, string method, string path, string what, ReasonCode reason = ReasonCode.NotAuthorized)
        {
            if (who != Identity.Anonymous.Owner)
            {
                trail.Refuse(new(who, method, path, what, (int)reason, Network.Text(remote)), remote, isProven: who != AuditTrail.Nobody);
            }
        }
    }

    /// <summary>With the hash of what they came in by, where they can have several.</summary>
    private async ValueTask<(Identity Who, string? Credential)?> IdentifyAsync(ConnectAttempt attempt)
    {
        if (attempt.Password is { Length: > 0 } password)
        {
            if (admin.IsAdmin(password.Span))
            {
                return MayUseAdmin(attempt) ? (Identity.Admin, Secret.Hash(password.Span)) : null;
            }

            if (accounts.OfKey(password.Span) is { } service)
            {
                return (service, null);
            }

            if (attempt.UserName is { } device && await devices.ProveAsync(device, password) is { } secret)
            {
                return (Identity.Device(device), secret);
            }
        }

        return options.Anonymous ? (Identity.Anonymous, null) : null;
    }

    private bool MayUseAdmin(ConnectAttempt attempt) =>
        attempt.Encrypted || (options.AdminOverPlain && attempt.Remote is IPEndPoint remote && Network.IsLocal(remote.Address));
}
