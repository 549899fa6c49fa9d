using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Firmware;

/// <summary>What a scanner looks for: the manifest of what it is to run, and that image; nothing where it runs it, or came back from it.</summary>
internal sealed class FirmwareOffers(IJournal journal, ILogger<FirmwareOffers> log)
{
    public const string Manifest = "manifest.json";

    public async Task<IResult> ManifestAsync(HttpContext context)
    {
        var (device, wanted) = Wanted(context);
        await ReachedAsync(device, wanted.Manifest.Version, FirmwareOutcome.Offered);
        return Results.Json(wanted.Manifest);
    }

    public async Task<IResult> ImageAsync(string file, HttpContext context)
    {
        var (device, wanted) = Wanted(context);
        if (wanted.Manifest.File != file || FirmwareRecords.ImageOf(journal, wanted.Manifest) is not { } image)
        {
            throw Nothing();
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = image.Length;
        // Before its last byte: what the scanner says next may be that it runs it.
        await context.Response.Body.WriteAsync(image.AsMemory(0, image.Length - 1), context.RequestAborted);
        await ReachedAsync(device, wanted.Manifest.Version, FirmwareOutcome.Taken);
        await context.Response.Body.WriteAsync(image.AsMemory(image.Length - 1), context.RequestAborted);
        return Results.Empty;
    }

    private (string Device, StoredFirmware Wanted) Wanted(HttpContext context)
    {
        if (HttpAccess.IdentityOf(context) is { Kind: IdentityKind.Device, Name: var device }
            && FirmwareRecords.TargetOf(journal, device) is { IsOpen: true } target
            && FirmwareRecords.Find(journal, target.Version) is { } wanted)
        {
            return (device, wanted);
        }

        throw Nothing();
    }

    private async Task ReachedAsync(string device, string version, FirmwareOutcome outcome)
    {
        var news = await journal.WriteAsync(transaction =>
        {
            if (FirmwareRecords.TargetOf(transaction, device) is not { IsOpen: true } target || target.Version != version || target.Outcome >= outcome)
            {
                return false;
            }

            var boot = DeviceClock.NewestBoot(transaction, device);
            FirmwareRecords.Aim(transaction, device, target with { Outcome = outcome, Since = transaction.Now, Boot = boot });
            return true;
        });
        if (news)
        {
            FirmwareLog.Told(log, device, version, outcome);
        }
    }

    private static RequestRefusedException Nothing() =>
        new(StatusCodes.Status404NotFound, "unknown_firmware", "There is no other firmware for this scanner.");
}
