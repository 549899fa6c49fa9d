using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Firmware;

/// <param name="By">Who uploaded it.</param>
internal sealed record StoredFirmware(FirmwareManifest Manifest, DateTimeOffset At, string By);

/// <summary>How far a scanner has come with the firmware that it is to run.</summary>
internal enum FirmwareOutcome
{
    /// <summary>It has not asked yet: it looks once an hour.</summary>
    Waiting,

    /// <summary>It has read the manifest.</summary>
    Offered,

    /// <summary>It has the whole image.</summary>
    Taken,

    /// <summary>It says that it runs it.</summary>
    Succeeded,

    /// <summary>It came back with another. It is not offered again until somebody says so.</summary>
    RolledBack,
}

/// <summary>What one scanner is to run, by whose word, and how far that has come.</summary>
internal sealed record FirmwareTarget(string Version, string By, DateTimeOffset At, FirmwareOutcome Outcome, DateTimeOffset Since)
{
    public bool IsOpen => Outcome < FirmwareOutcome.Succeeded;

    /// <summary>It connected anew after it had the image, as it does after an update; what it runs is in its next status.</summary>
    public bool IsBack { get; init; }

    /// <summary>In which boot it had the image; null where that is not known.</summary>
    public string? Boot { get; init; }

    /// <summary>What a scanner's word makes of it; null where it is no news.</summary>
    /// <param name="boot">In which it says so: a connection that was lost, or a service that started anew, is no restart of the scanner.</param>
    public FirmwareTarget? Told(string running, string? boot, DateTimeOffset now)
    {
        var hasRestarted = Boot is null || boot is null ? IsBack : boot != Boot;
        var outcome = running == Version ? FirmwareOutcome.Succeeded
            : Outcome == FirmwareOutcome.Succeeded || (Outcome == FirmwareOutcome.Taken && hasRestarted) ? FirmwareOutcome.RolledBack
            : Outcome;
        return outcome == Outcome ? null : this with { Outcome = outcome, Since = now };
    }
}

/// <summary>The records of firmware: manifests by version, images by their hash, and what each scanner is to run. Changed only inside transactions.</summary>
internal static class FirmwareRecords
{
    private const string Manifests = "firmware";
    private const string Images = "firmware-images";
    private const string Targets = "firmware-targets";
    private const string Open = "firmware-open";

    public static IEnumerable<StoredFirmware> All(IJournal journal) =>
        journal.Documents(Manifests).Select(kept => ContractJson.Read<StoredFirmware>(kept.Value)).OrderByDescending(stored => stored.Manifest.Counter);

    public static StoredFirmware? Find(JournalTransaction transaction, string version) =>
        transaction.Documents.Find(Manifests, version) is { } body ? ContractJson.Read<StoredFirmware>(body) : null;

    public static StoredFirmware? Find(IJournal journal, string version) =>
        journal.Document(Manifests, version) is { } body ? ContractJson.Read<StoredFirmware>(body) : null;

    public static void Put(JournalTransaction transaction, StoredFirmware firmware, ReadOnlyMemory<byte> image)
    {
        transaction.Documents.Put(Images, firmware.Manifest.Sha256, image);
        transaction.Documents.Put(Manifests, firmware.Manifest.Version, ContractJson.Write(firmware));
    }

    /// <summary>Another version of that file, with other bytes: whoever read the one's manifest would be given the other's image.</summary>
    public static StoredFirmware? Namesake(IJournal journal, FirmwareManifest manifest) => All(journal).FirstOrDefault(other =>
        other.Manifest.File == manifest.File && other.Manifest.Version != manifest.Version && other.Manifest.Sha256 != manifest.Sha256);

    /// <param name="isShared">Another version has the same bytes.</param>
    public static void Remove(JournalTransaction transaction, FirmwareManifest manifest, bool isShared)
    {
        transaction.Documents.Remove(Manifests, manifest.Version);
        transaction.Documents.Remove(Open, manifest.Version);
        if (!isShared)
        {
            transaction.Documents.Remove(Images, manifest.Sha256);
        }
    }

    public static byte[]? ImageOf(IJournal journal, FirmwareManifest manifest) => journal.Document(Images, manifest.Sha256);

    public static IReadOnlyDictionary<string, FirmwareTarget> TargetsOf(IJournal journal) =>
        journal.Documents(Targets).ToDictionary(kept => kept.Key, kept => ContractJson.Read<FirmwareTarget>(kept.Value));

    public static FirmwareTarget? TargetOf(IJournal journal, string device) =>
        journal.Document(Targets, device) is { } body ? ContractJson.Read<FirmwareTarget>(body) : null;

    public static FirmwareTarget? TargetOf(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Targets, device) is { } body ? ContractJson.Read<FirmwareTarget>(body) : null;

    /// <summary>A scanner that is to run it and has not come to an end with it; null: none.</summary>
    public static string? WaitingFor(JournalTransaction transaction, string version) => OpenOf(transaction, version).FirstOrDefault();

    public static void Aim(JournalTransaction transaction, string device, FirmwareTarget? target)
    {
        Count(transaction, device, TargetOf(transaction, device), target);
        if (target is null)
        {
            transaction.Documents.Remove(Targets, device);
        }
        else
        {
            transaction.Documents.Put(Targets, device, ContractJson.Write(target));
        }
    }

    // Follows the targets: which scanners each version waits for.
    private static void Count(JournalTransaction transaction, string device, FirmwareTarget? before, FirmwareTarget? after)
    {
        var (was, becomes) = (before is { IsOpen: true } ? before.Version : null, after is { IsOpen: true } ? after.Version : null);
        if (was == becomes)
        {
            return;
        }

        if (was is not null)
        {
            Put(transaction, was, OpenOf(transaction, was).Where(other => other != device));
        }

        if (becomes is not null)
        {
            Put(transaction, becomes, OpenOf(transaction, becomes).Append(device));
        }
    }

    private static List<string> OpenOf(JournalTransaction transaction, string version) =>
        transaction.Documents.Find(Open, version) is { } body ? ContractJson.Read<List<string>>(body) : [];

    private static void Put(JournalTransaction transaction, string version, IEnumerable<string> devices) =>
        transaction.Documents.Put(Open, version, ContractJson.Write(devices.ToList()));
}
