using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;
using Microsoft.AspNetCore.Http.Metadata;

namespace Gateway.Modules.Firmware;

/// <summary>Firmware of scanners: uploaded by an admin, given to one scanner after the other by an operator, fetched by the scanners themselves.</summary>
internal static class FirmwareEndpoints
{
    // The image in base64, and its manifest.
    private const int MaxBody = (FirmwareManifest.LargestImage * 4 / 3) + 16_384;
    private const int MaxVersion = 32;
    private const int DevicesOfAPage = 500;

    public static IServiceCollection AddFirmware(this IServiceCollection services) => services
        .AddSingleton<IDeviceListener, FirmwareWatch>().AddSingleton<FirmwareOffers>();

    public static void MapFirmware(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/firmware", UploadAsync).WithMetadata(new BodyLimit(MaxBody));
        routes.MapGet("/api/firmware", ListAsync);
        routes.MapDelete("/api/firmware/{version}", RemoveAsync);
        routes.MapPut("/api/devices/{id}/firmware", AimAsync);
        routes.MapGet($"/firmware/{FirmwareOffers.Manifest}", (HttpContext context, FirmwareOffers offers) => offers.ManifestAsync(context));
        routes.MapGet("/firmware/{file}", (string file, HttpContext context, FirmwareOffers offers) => offers.ImageAsync(file, context));
    }

    private static async Task<IResult> UploadAsync(HttpContext context, IJournal journal, FirmwareOptions options, ILogger<FirmwareOffers> log)
    {
        var body = await RequestBody.ReadAsync(context.Request, MaxBody);
        var image = body.Base64("image", FirmwareManifest.LargestImage);
        var manifest = FirmwareManifest.Read(body.Object("manifest"), image);
        if (!options.IsSigned(manifest))
        {
            throw RequestRefusedException.Invalid("signature", "signature is not of the key in Firmware:PublicKey, or not over this manifest.");
        }

        if (FirmwareRecords.Namesake(journal, manifest) is { Manifest.Version: var other })
        {
            throw new RequestRefusedException(
                StatusCodes.Status409Conflict,
                "exists",
                $"Firmware {other} has the file name '{manifest.File}' too, with other bytes: name this one's otherwise.",
                "file");
        }

        var by = HttpAccess.IdentityOf(context).Shown;
        var stored = await Idempotency.OnceAsync<StoredFirmware>(journal, Idempotency.Of(context, body), transaction =>
        {
            if (FirmwareRecords.Find(transaction, manifest.Version) is { } known)
            {
                return known.Manifest.Sha256 == manifest.Sha256 ? (known, null) : (null, new(
                    StatusCodes.Status409Conflict,
                    "exists",
                    $"There is a firmware '{manifest.Version}' already, with other bytes: give this one a version of its own.",
                    "version"));
            }

            var made = new StoredFirmware(manifest, transaction.Now, by);
            FirmwareRecords.Put(transaction, made, image);
            return (made, null);
        });
        AuditTrail.Changed(context, "version", from: null, manifest.Version);
        AuditTrail.Changed(context, "sha256", from: null, manifest.Sha256);
        FirmwareLog.Uploaded(log, manifest.Version, manifest.Size, by);
        return Results.Created("/api/firmware", FirmwareView.Of(stored));
    }

    private static async Task<IResult> ListAsync(IJournal journal, CancellationToken cancellation)
    {
        var targets = FirmwareRecords.TargetsOf(journal);
        var devices = new List<FirmwareOnDevice>();
        long? before = null;
        do
        {
            var page = await journal.ListAsync(Devices.Devices.Kind, before, DevicesOfAPage, cancellation);
            devices.AddRange(page.Items.Select(item => ContractJson.Read<DeviceState>(item.State.Span)).Where(device => device.Exists)
                .Select(device => FirmwareOnDevice.Of(device, targets.GetValueOrDefault(device.Id))));
            before = page.Next;
        }
        while (before is not null);

        return Results.Json(new Dictionary<string, object?>
        {
            ["items"] = FirmwareRecords.All(journal).Select(FirmwareView.Of).ToList(),
            ["next"] = null,
            ["devices"] = devices.OrderBy(device => device.Device, StringComparer.Ordinal).ToList(),
        });
    }

    private static async Task<IResult> RemoveAsync(string version, IJournal journal)
    {
        var others = FirmwareRecords.All(journal).ToList();
        var (isGone, waiting) = await journal.WriteAsync<(bool, string?)>(transaction =>
        {
            if (FirmwareRecords.Find(transaction, version) is not { Manifest: var manifest })
            {
                return (false, null);
            }

            // Within the transaction: whoever is given it meanwhile is given it before, or finds it gone.
            if (FirmwareRecords.WaitingFor(transaction, version) is { } device)
            {
                return (false, device);
            }

            var isShared = others.Any(other => other.Manifest.Sha256 == manifest.Sha256 && other.Manifest.Version != version);
            FirmwareRecords.Remove(transaction, manifest, isShared);
            return (true, null);
        });
        if (waiting is not null)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, "in_use", $"Scanner {waiting} is to run it; take that back first.");
        }

        return isGone ? Results.NoContent() : throw RequestRefusedException.Unknown("firmware", version);
    }

    private static async Task<IResult> AimAsync(string id, HttpContext context, IJournal journal, ILogger<FirmwareOffers> log)
    {
        var version = (await RequestBody.ReadAsync(context.Request)).OptionalText("version", MaxVersion);
        var by = HttpAccess.IdentityOf(context).Shown;
        var (before, (answer, refusal)) = await journal.WriteAsync(transaction =>
            (FirmwareRecords.TargetOf(transaction, id)?.Version, Aim(transaction, id, version, by)));
        if (answer is null)
        {
            throw refusal!;
        }

        AuditTrail.Changed(context, "version", before, version);
        FirmwareLog.Wanted(log, id, version, by);
        return Results.Json(answer);
    }

    private static (FirmwareOnDevice? Answer, RequestRefusedException? Refusal) Aim(JournalTransaction transaction, string id, string? version, string by)
    {
        if (!DeviceId.IsValid(id) || Devices.Devices.Find(transaction, id) is not { } device)
        {
            return (null, RequestRefusedException.Unknown("device", id));
        }

        if (version is null)
        {
            FirmwareRecords.Aim(transaction, id, target: null);
            return (FirmwareOnDevice.Of(device, target: null), null);
        }

        if (FirmwareRecords.Find(transaction, version) is not { Manifest: var wanted })
        {
            return (null, RequestRefusedException.Unknown("firmware", version));
        }

        // A scanner that runs something we know would refuse it in silence: no scanner goes back.
        if (device.Firmware is { } running && running != version && FirmwareRecords.Find(transaction, running) is { Manifest: var now }
            && now.Counter >= wanted.Counter)
        {
            return (null, new(StatusCodes.Status409Conflict, "not_newer",
                $"Scanner {id} runs {running} with counter {now.Counter}, and takes only what has a greater one; {version} has {wanted.Counter}.", "version"));
        }

        var outcome = device.Firmware == version ? FirmwareOutcome.Succeeded : FirmwareOutcome.Waiting;
        var target = new FirmwareTarget(version, by, transaction.Now, outcome, transaction.Now);
        FirmwareRecords.Aim(transaction, id, target);
        return (FirmwareOnDevice.Of(device, target), null);
    }
}

internal sealed record FirmwareView(string Version, long Counter, int Size, string Sha256, string File, DateTimeOffset At, string By)
{
    public static FirmwareView Of(StoredFirmware stored) => new(
        stored.Manifest.Version, stored.Manifest.Counter, stored.Manifest.Size, stored.Manifest.Sha256, stored.Manifest.File, stored.At, stored.By);
}

/// <param name="Running">What the scanner last said.</param>
/// <param name="Since">When its outcome came to be.</param>
internal sealed record FirmwareOnDevice(
    string Device, string? Running, string? Wanted, FirmwareOutcome? Outcome, DateTimeOffset? Since, string? By, bool Online)
{
    public static FirmwareOnDevice Of(DeviceState device, FirmwareTarget? target) =>
        new(device.Id, device.Firmware, target?.Version, target?.Outcome, target?.Since, target?.By, device.Online);
}

/// <summary>What the framework's own attribute says, which would bring all of MVC into memory.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
