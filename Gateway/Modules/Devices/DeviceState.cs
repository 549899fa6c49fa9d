using System.Text.Json.Serialization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

internal enum SensorHealth
{
    Ok,
    Missing,
    Error,
}

/// <summary>A scanner as its events tell it.</summary>
internal sealed record DeviceState
{
    /// <summary>What a sensor holds that does not say: the smallest of the common clones.</summary>
    public const int AssumedCapacity = 127;

    public required string Id { get; init; }

    public required string Site { get; init; }

    public string? Location { get; init; }

    public bool Online { get; init; }

    public SensorHealth? Sensor { get; init; }

    public string? Firmware { get; init; }

    public int? Capacity { get; init; }

    public int? Stored { get; init; }

    /// <summary>How many fingers the service knew of when the scanner last said how many it has.</summary>
    public int? Known { get; init; }

    /// <summary>What is wrong, and what can be done, where the two differ.</summary>
    public string? Mismatch => (Stored - Known) switch
    {
        null or 0 => null,
        > 0 => $"The sensor holds {Stored} fingers, but the service put only {Known} there. What is left over does no harm but takes up room: "
            + $"empty the sensor and enroll anew, or delete slots that GET /api/devices/{Id}/slots does not list.",
        < 0 => $"The sensor holds {Stored} fingers, but the service put {Known} there: the sensor was emptied or replaced. Whoever is no longer "
            + $"recognised has to be enrolled again; delete their slot first (POST /api/devices/{Id}/commands), which frees it.",
    };

    public bool? Deleted { get; init; }

    /// <summary>Of the last status, news or not. Lists show it; no event tells it.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>In dBm, likewise.</summary>
    public int? Rssi { get; init; }

    public required DateTimeOffset At { get; init; }

    [JsonIgnore]
    public bool Exists => Deleted != true;

    [JsonIgnore]
    public bool HasFault => Sensor is SensorHealth.Missing or SensorHealth.Error;
}

/// <summary>The fields a scanner reports of itself; what is absent keeps its last value.</summary>
/// <param name="Known">What the service itself knows of as stored; counted where <paramref name="Stored"/> is reported.</param>
/// <param name="Source">The message that said so; null where the connection alone did.</param>
internal sealed record DeviceReport(
    string? Firmware, SensorHealth? Sensor, int? Capacity, int? Stored, int? Known = null, EventSource? Source = null)
{
    public static readonly DeviceReport Nothing = new(null, null, null, null);

    /// <summary>What of it is news to this state; null when nothing is.</summary>
    public DeviceReport? NewsTo(DeviceState state)
    {
        var news = new DeviceReport(
            Firmware == state.Firmware ? null : Firmware,
            Sensor == state.Sensor ? null : Sensor,
            Capacity == state.Capacity ? null : Capacity,
            Stored == state.Stored ? null : Stored,
            Known == state.Known ? null : Known);
        return news == Nothing ? null : news with { Source = Source };
    }
}

internal static class DeviceEvents
{
    public const string Registered = "registered";
    public const string Online = "online";
    public const string Offline = "offline";
    public const string Changed = "changed";
    public const string Answered = "answered";
    public const string Deleted = "deleted";

    internal sealed record RegisteredData(string Site, string? Location);

    /// <summary>A change by a person, not by the scanner.</summary>
    internal sealed record RenamedData(string? Location);

    internal sealed record AnsweredData(string Command, bool Ok, string? Reason, EventSource Source);

    internal sealed record DeletedData(string By);
}

/// <summary>Folds a scanner's events into its state.</summary>
internal sealed class DeviceKind() : ChannelKind<DeviceState>("devices"), IChannelKind
{
    public bool IsGone(ReadOnlySpan<byte> state) => !ContractJson.Read<DeviceState>(state).Exists;

    public override DeviceState Fold(DeviceState? state, StoredEvent next) => next.Type == DeviceEvents.Registered
        ? Begin(next)
        : Continue(state ?? throw new InvalidOperationException($"{next.Channel} begins with '{next.Type}'"), next) with { At = next.At };

    private static DeviceState Begin(StoredEvent next)
    {
        var data = next.Read<DeviceEvents.RegisteredData>();
        return new() { Id = next.Channel.Id, Site = data.Site, Location = data.Location, At = next.At };
    }

    private static DeviceState Continue(DeviceState state, StoredEvent next) => next.Type switch
    {
        DeviceEvents.Online => Reported(state, next.Read<DeviceReport>()) with { Online = true },
        DeviceEvents.Changed => Reported(state, next.Read<DeviceReport>()) with
        {
            Location = next.Read<DeviceEvents.RenamedData>().Location ?? state.Location,
        },
        DeviceEvents.Offline => Reported(state, next.Read<DeviceReport>()) with { Online = false },
        DeviceEvents.Answered => state,
        DeviceEvents.Deleted => state with { Online = false, Deleted = true },
        _ => throw new InvalidOperationException($"'{next.Type}' is no event of a device"),
    };

    private static DeviceState Reported(DeviceState state, DeviceReport report) => state with
    {
        Firmware = report.Firmware ?? state.Firmware,
        Sensor = report.Sensor ?? state.Sensor,
        Capacity = report.Capacity ?? state.Capacity,
        Stored = report.Stored ?? state.Stored,
        Known = report.Known ?? state.Known,
    };
}
