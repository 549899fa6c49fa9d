namespace Gateway.Channels;

/// <summary>What every connection shares, whatever its transport.</summary>
internal sealed record LiveServices(
    Subscriptions Subscriptions,
    StreamSource Source,
    Attendance Attendance,
    Presence Presence,
    Publishers Publishers,
    Receipts Receipts,
    Connections Connections,
    ChannelMeters Meters,
    ITicketDesk Desk,
    ChannelOptions Options,
    TimeProvider Time,
    ILogger<LiveServices> Log);
