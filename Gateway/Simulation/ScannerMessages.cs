using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Contract;

namespace Gateway.Simulation;

// The payloads of the contract, as a scanner writes and reads them.

internal sealed record StatusPayload(
    string Id, string State, string? Firmware = null, string? Sensor = null, int? Capacity = null, int? Stored = null, int? Rssi = null, long? Uptime = null);

internal sealed record ScanPayload(string Id, string Status, int Step, int Of, int Slot, int? Quality, string? Reason, long Uptime);

internal sealed record ResultPayload(string Id, string Status, int Slot, string? Reason, long Uptime);

internal sealed record AckPayload(string Id, string Command, bool Ok, string? Reason, long Uptime);

/// <param name="Slot">Null, and written as such: nobody's.</param>
internal sealed record IdentificationPayload(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Slot, int? Confidence, long Uptime);

/// <summary>A command of the service; which fields it needs depends on <paramref name="Do"/>.</summary>
internal sealed record CommandPayload(string? Id, string? Do, string? Enrollment, int? Slot, int? Scans, double? ExpiresIn, int? From)
{
    /// <summary>False, with a sentence, for what cannot even be answered.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out CommandPayload? command, out string problem)
    {
        command = null;
        problem = "it has no id";
        try
        {
            command = ContractJson.Read<CommandPayload>(json);
        }
        catch (JsonException broken)
        {
            problem = broken.Message;
        }

        command = string.IsNullOrEmpty(command?.Id) ? null : command;
        return command is not null;
    }

    public EnrollOrder? ToEnrollOrder() => this is { Do: "enroll", Enrollment: { Length: > 0 } enrollment, Slot: >= 0 and var slot, Scans: > 0 and var scans }
        ? new(enrollment, slot, scans)
        : null;
}

internal sealed record EnrollOrder(string Enrollment, int Slot, int Scans);

/// <summary>Where a device publishes and listens.</summary>
internal sealed class ScannerTopics(string device)
{
    public string Status { get; } = $"scanners/{device}/status";

    public string Identifications { get; } = $"scanners/{device}/identifications";

    public string Acks { get; } = $"scanners/{device}/acks";

    public string Commands { get; } = $"scanners/{device}/commands";

    public string Scan(string enrollment, int step) => $"scanners/{device}/enrollments/{enrollment}/scans/{step}";

    public string Result(string enrollment) => $"scanners/{device}/enrollments/{enrollment}/result";
}

/// <summary>From one power-up to the next: the source of ids and uptimes.</summary>
internal sealed class ScannerBoot(int number, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    // changed by Interlocked only
    private int _counter;

    public long Uptime => (long)time.GetElapsedTime(_began).TotalMilliseconds;

    public string NextId() => $"{number}-{Interlocked.Increment(ref _counter)}";
}
