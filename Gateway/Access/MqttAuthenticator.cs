using System.Net;
using Gateway.Broker;

namespace Gateway.Access;

/// <summary>
/// Decides who an MQTT client is: the admin token, a service by its key, a device by its secret, or anybody where that is allowed. People's
/// passwords are for pages and open nothing here.
/// </summary>
internal sealed class MqttAuthenticator(
    AccessOptions options, AdminToken admin, DeviceSecrets devices, Accounts accounts, Standings standings, DenyList deny, AuthThrottle throttle,
    IDeviceTopics? mapped = null)
    : IAuthenticator
{
    public async ValueTask<Authentication> AuthenticateAsync(ConnectAttempt attempt, CancellationToken cancellation)
    {
        var remote = (attempt.Remote as IPEndPoint)?.Address;
        if (await IdentifyAsync(attempt) is { } identity)
        {
            throttle.Succeeded(remote);
            var rights = new MqttRights(identity, deny, devices.Knows, mapped, standings.Of(identity));
            return rights.MayUseClientId(attempt.ClientId) ? Authentication.Granted(rights) : Authentication.Refused(ReasonCode.ClientIdentifierNotValid);
        }

        // Only who is wrong waits: secrets cannot be guessed, and a scanner behind the same address as a guesser is not kept out.
        return throttle.Failed(remote) is null ? Authentication.Refused(ReasonCode.NotAuthorized) : Authentication.Refused(ReasonCode.QuotaExceeded);
    }

    private async ValueTask<Identity?> IdentifyAsync(ConnectAttempt attempt)
    {
        if (attempt.Password is { Length: > 0 } password)
        {
            if (admin.IsAdmin(password.Span))
            {
                return MayUseAdmin(attempt) ? Identity.Admin : null;
            }

            if (accounts.OfKey(password.Span) is { } service)
            {
                return service;
            }

            if (attempt.UserName is { } device && await devices.IsRightAsync(device, password))
            {
                return Identity.Device(device);
            }
        }

        return options.Anonymous ? Identity.Anonymous : null;
    }

    private bool MayUseAdmin(ConnectAttempt attempt) =>
        attempt.Encrypted || (options.AdminOverPlain && attempt.Remote is IPEndPoint remote && Network.IsLocal(remote.Address));
}
