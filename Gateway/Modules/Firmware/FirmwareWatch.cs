using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Firmware;

/// <summary>Sees from what scanners say of themselves whether they run what they are to run.</summary>
internal sealed class FirmwareWatch(ILogger<FirmwareWatch> log) : IDeviceListener
{
    public Action? Turned(JournalTransaction transaction, string device, bool isOnline)
    {
        if (isOnline && FirmwareRecords.TargetOf(transaction, device) is { Outcome: FirmwareOutcome.Taken, IsBack: false } target)
        {
            FirmwareRecords.Aim(transaction, device, target with { IsBack = true });
        }

        return null;
    }

    public Action? Deleting(JournalTransaction transaction, string device)
    {
        FirmwareRecords.Aim(transaction, device, target: null);
        return null;
    }

    public Action? Reported(JournalTransaction transaction, string device, string firmware)
    {
        if (FirmwareRecords.TargetOf(transaction, device)?.Told(firmware, DeviceClock.NewestBoot(transaction, device), transaction.Now) is not { } told)
        {
            return null;
        }

        FirmwareRecords.Aim(transaction, device, told);
        return () => FirmwareLog.Told(log, device, told.Version, told.Outcome);
    }
}

internal static partial class FirmwareLog
{
    [LoggerMessage(4750, LogLevel.Information, "Firmware {Version} of {Size} bytes was uploaded by {By}.")]
    public static partial void Uploaded(ILogger log, string version, int size, string by);

    [LoggerMessage(4751, LogLevel.Information, "Scanner {Device} is to run firmware {Version}, says {By}.")]
    public static partial void Wanted(ILogger log, string device, string? version, string by);

    [LoggerMessage(4752, LogLevel.Information, "Scanner {Device} and firmware {Version}: {Outcome}.")]
    public static partial void Told(ILogger log, string device, string version, FirmwareOutcome outcome);
}
