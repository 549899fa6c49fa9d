using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.CheckIns;

/// <summary>What scanners read outside enrollment, on <c>scanners/{device}/identifications</c>.</summary>
internal sealed class CheckInTopics(CheckInDesk desk, ILogger<CheckInDesk> log) : IModuleTopics
{
    private const int MaxConfidence = 65_535;

    public ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival)
    {
        if (DeviceMessage.Split(topic) is not [_, var device, "identifications"])
        {
            return null;
        }

        var reader = PayloadReader.Open(payload);
        var source = DeviceMessage.SourceOf(DeviceMessage.Id(device), reader, arrival);
        var slot = reader.NumberOrNull("slot", 0, DeviceTopics.MaxSlot);
        reader.OptionalNumber("confidence", 0, MaxConfidence);
        return new IdentificationMessage(new(device, slot, source), $"{topic} {slot}") { Desk = desk, Log = log };
    }
}

internal sealed record IdentificationMessage(Identification Read, string Fingerprint) : DeviceMessage(Read.Device, Read.Source.Id, Fingerprint)
{
    public required CheckInDesk Desk { get; init; }

    public required ILogger Log { get; init; }

    public override Carried Carry(JournalTransaction transaction)
    {
        var stored = Desk.Identified(transaction, Read, DeviceClock.Date(transaction, Read.Source) ?? Read.Source.Received);
        return new(Position: stored.Position, Completed: () => CheckInLog.Taken(Log, stored.Channel.Id, stored.Type, Read.Device, Read.Slot, stored.Position));
    }
}

internal static partial class CheckInLog
{
    [LoggerMessage(4300, LogLevel.Information, "check-in at {Site}: {Type} by scanner {Device} slot {Slot} position {Position}")]
    public static partial void Taken(ILogger logger, string site, string type, string device, int? slot, long position);

    [LoggerMessage(4301, LogLevel.Information, "check-in at {Site}: {Type} of {Person} entered by {User} position {Position}")]
    public static partial void Entered(ILogger logger, string site, string type, string person, string user, long position);

    [LoggerMessage(4302, LogLevel.Information, "site {Site} closed at {At:O}: {People} forgot to check out")]
    public static partial void Closed(ILogger logger, string site, DateTimeOffset at, int people);

    [LoggerMessage(4303, LogLevel.Error, "forgotten check-outs were not closed; this is tried again within a minute")]
    public static partial void NotClosed(ILogger logger, Exception failure);

    [LoggerMessage(4305, LogLevel.Information, "check-in at {Site}: {Seq} of {Person} taken back by {User} position {Position}")]
    public static partial void TakenBack(ILogger logger, string site, long seq, string person, string user, long position);

    [LoggerMessage(4304, LogLevel.Information, "scanner {Device} is now for {Direction}, by {User}")]
    public static partial void Directed(ILogger logger, string device, Direction direction, string user);
}
