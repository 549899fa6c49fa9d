namespace Gateway.Channels.WebSockets;

/// <summary>What every connection shares.</summary>
internal sealed record SocketServices(
    Subscriptions Subscriptions, StreamSource Source, Attendance Attendance, Receipts Receipts, ITicketDesk Desk, ChannelOptions Options, TimeProvider Time,
    ILogger<SocketConnection> Log);
