using Gateway.Access;
using Gateway.Broker;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

internal static class DeviceEndpoints
{
    private const int MaxName = 64;

    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/devices", RegisterAsync);
        routes.MapPost("/api/devices/{id}/secret", RenewSecretAsync);
        routes.MapPatch("/api/devices/{id}", RenameAsync);
        routes.MapDelete("/api/devices/{id}", DeleteAsync);
        routes.MapGet("/api/devices", (
            IJournal journal, DeviceFigures figures, CancellationToken cancellation, int limit = 50, long? before = null) =>
            FeedList.AnswerAsync<DeviceState>(journal, Devices.Kind, before, limit, device => device.Exists, cancellation, figures.On));
    }

    private static async Task<IResult> RegisterAsync(HttpContext context, IJournal journal, DeviceSecrets secrets, IBrokerDoor door)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var id = body.Text("id", max: 32);
        if (!DeviceId.IsValid(id))
        {
            throw RequestRefusedException.Invalid("id", "id must be lower-case letters, digits and -, at most 32, not beginning with -.");
        }

        var site = body.OptionalText("site", max: 32) ?? Devices.DefaultSite;
        if (!DeviceId.IsValid(site))
        {
            throw RequestRefusedException.Invalid("site", "site must be lower-case letters, digits and -, at most 32: it becomes a part of paths.");
        }

        var location = body.OptionalText("location", MaxName);
        var key = Idempotency.Of(context, body);
        var secret = Secret.Make();
        var (state, seq, _, refusal) = await journal.WriteAsync<(DeviceState?, long, DeviceSecrets.IssuedSecret?, RequestRefusedException?)>(transaction =>
        {
            if (Idempotency.RefusalOfRepeat(key, transaction) is { } repeated)
            {
                return (null, 0, null, repeated);
            }

            if (Devices.Find(transaction, id) is not null)
            {
                return (null, 0, null, new RequestRefusedException(StatusCodes.Status409Conflict, "exists", $"There is a device '{id}' already.", "id"));
            }

            var registered = Devices.Register(transaction, id, site, location);
            key?.Keep(transaction, id);
            return (Devices.Find(transaction, id), registered.Seq, DeviceSecrets.Issue(transaction, id, secret), null);
        }, made => secrets.Changed(made.Item3));
        if (refusal is not null)
        {
            throw refusal;
        }

        AuditTrail.Changed(context, "site", from: null, site);
        AuditTrail.Changed(context, "location", from: null, location);
        return Created.At(Devices.ChannelOf(id), journal.Epoch, seq, state, ("secret", secret), ("broker", door.ForScanners.Json()));
    }

    private static async Task<IResult> RenewSecretAsync(string id, HttpContext context, IJournal journal, DeviceSecrets secrets, IBrokerDoor door)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var key = Idempotency.Of(context, body);
        var secret = Secret.Make();
        var (_, refusal) = await journal.WriteAsync<(DeviceSecrets.IssuedSecret?, RequestRefusedException?)>(transaction =>
        {
            if (Idempotency.RefusalOfRepeat(key, transaction) is { } repeated)
            {
                return (null, repeated);
            }

            if (Devices.Find(transaction, id) is null)
            {
                return (null, RequestRefusedException.Unknown("device", id));
            }

            key?.Keep(transaction, id);
            return (DeviceSecrets.Issue(transaction, id, secret), null);
        }, made => secrets.Changed(made.Item1));
        if (refusal is not null)
        {
            throw refusal;
        }

        AuditTrail.ChangedSecret(context, "secret");
        return Results.Created($"/api/{Devices.ChannelOf(id)}", new { id, secret, broker = door.ForScanners });
    }

    /// <summary>The id stays for ever; where a scanner is, and so how people call it, may change.</summary>
    private static async Task<IResult> RenameAsync(string id, HttpContext context, IJournal journal)
    {
        var location = (await RequestBody.ReadAsync(context.Request)).Text("location", MaxName);
        var (before, state) = await journal.WriteAsync(transaction =>
            (Devices.Find(transaction, id)?.Location, Devices.Rename(transaction, id, location)));
        AuditTrail.Changed(context, "location", before, location);
        return state is null ? throw RequestRefusedException.Unknown("device", id) : Results.Json(state);
    }

    private static async Task<IResult> DeleteAsync(
        string id, HttpContext context, IJournal journal, Devices devices, DeviceFigures figures, DeviceSecrets secrets, Standings standings)
    {
        var by = HttpAccess.IdentityOf(context).Name;
        var rest = await journal.WriteAsync(
            transaction => devices.Delete(transaction, id, by),
            rest =>
            {
                rest?.Invoke();
                if (rest is not null)
                {
                    secrets.Removed(id);
                }
            });
        if (rest is null)
        {
            throw RequestRefusedException.Unknown("device", id);
        }

        figures.Forget(id);
        standings.End(Identity.Device(id).Owner);
        return Results.NoContent();
    }
}
