using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>When a scanner without a clock did something: from its uptime, and from when its boots began as far as anybody can tell.</summary>
internal static class DeviceClock
{
    private const string Collection = "device-clocks";

    // A scanner that boots over and over pushes out the boots whose messages are the oldest.
    private const int MaxBoots = 8;

    // Beyond this an uptime is a defect of the firmware.
    private static readonly TimeSpan LongestUptime = TimeSpan.FromDays(3650);

    // The way of a heartbeat varies by less; a later one means that a clock has moved or drifted.
    private static readonly TimeSpan Jitter = TimeSpan.FromSeconds(1);

    /// <summary>A message that is sent the moment it is made: what it says of the uptime is true now.</summary>
    public static void Set(JournalTransaction transaction, EventSource fresh)
    {
        if (Read(fresh) is not { } read)
        {
            return;
        }

        var boots = Load(transaction, fresh.Device);
        if (boots.Find(boot => boot.Name == read.Boot) is not { } known || read.Began < known.Began || read.Began > known.Began + Jitter)
        {
            Save(transaction, fresh.Device, boots, new(read.Boot, read.Began));
        }
    }

    /// <summary>When it was made, never after it was received; null when nothing tells. One that came faster than those before it mends the clock.</summary>
    public static DateTimeOffset? Date(JournalTransaction transaction, EventSource source)
    {
        if (Read(source) is not { } read)
        {
            return null;
        }

        var boots = Load(transaction, source.Device);
        if (boots.Find(boot => boot.Name == read.Boot) is { } known && known.Began <= read.Began)
        {
            var at = known.Began + TimeSpan.FromMilliseconds(source.Uptime!.Value);
            return new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        }

        Save(transaction, source.Device, boots, new(read.Boot, read.Began));
        return null;
    }

    /// <summary>In which the scanner is, as far as it has told; null where its messages say nothing of their uptime.</summary>
    public static string? NewestBoot(JournalTransaction transaction, string device) => Load(transaction, device).MaxBy(boot => boot.Began)?.Name;

    public static void Forget(JournalTransaction transaction, string device) => transaction.Documents.Remove(Collection, device);

    /// <summary>The boot is the id up to its last hyphen; an id without one belongs to none.</summary>
    private static (string Boot, DateTimeOffset Began)? Read(EventSource source) =>
        source.Id.LastIndexOf('-') is >= 0 and var hyphen && source.Uptime is { } uptime && uptime <= LongestUptime.TotalMilliseconds
            ? (source.Id[..hyphen], source.Received - TimeSpan.FromMilliseconds(uptime))
            : null;

    private static List<Boot> Load(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Collection, device) is { } body ? ContractJson.Read<List<Boot>>(body) : [];

    private static void Save(JournalTransaction transaction, string device, List<Boot> boots, Boot boot)
    {
        boots.RemoveAll(other => other.Name == boot.Name);
        boots.Add(boot);
        transaction.Documents.Put(Collection, device, ContractJson.Write(boots.TakeLast(MaxBoots)));
    }

    private sealed record Boot(string Name, DateTimeOffset Began);
}
