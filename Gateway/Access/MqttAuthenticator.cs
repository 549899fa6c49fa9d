using System.Net;
using Gateway.Broker;

namespace Gateway.Access;

/// <summary>Decides who an MQTT client is: the admin token, a device by its secret, or anybody where that is allowed.</summary>
internal sealed class MqttAuthenticator(AccessOptions options, AdminToken admin, DeviceSecrets devices, DenyList deny) : IAuthenticator
{
    public async ValueTask<Authentication> AuthenticateAsync(ConnectAttempt attempt, CancellationToken cancellation)
    {
        if (attempt.Password is { Length: > 0 } password)
        {
            if (admin.IsAdmin(password.Span))
            {
                return MayUseAdmin(attempt) ? Authentication.Granted(new OpenRights(Identity.Admin, deny: null)) : Refused;
            }

            if (attempt.UserName is { } device && await devices.IsRightAsync(device, password))
            {
                return IsFree(attempt.ClientId, device)
                    ? Authentication.Granted(new DeviceRights(device, deny))
                    : Authentication.Refused(ReasonCode.ClientIdentifierNotValid);
            }
        }

        return options.Anonymous ? Authentication.Granted(new OpenRights(Identity.Anonymous, deny)) : Refused;
    }

    private static Authentication Refused => Authentication.Refused(ReasonCode.NotAuthorized);

    /// <summary>A client id that is another device's belongs to that device.</summary>
    private bool IsFree(string clientId, string device) => clientId == device || !devices.Knows(clientId);

    private bool MayUseAdmin(ConnectAttempt attempt) =>
        attempt.Encrypted || (options.AdminOverPlain && attempt.Remote is IPEndPoint remote && Network.IsLocal(remote.Address));
}
