using Gateway.Channels.Http;
using Gateway.Channels.WebSockets;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Puts the live side together, and onto the web.</summary>
internal static class ChannelsComposition
{
    /// <summary>
    /// Needs from elsewhere: <see cref="IJournalReader"/>, the <see cref="IChannelKind"/>s, <see cref="ITicketDesk"/>, <see cref="TimeProvider"/>, whoever
    /// wants to hear as <see cref="ISubscriberListener"/>, and who takes what pages publish as <see cref="IChannelPublisher"/>. The hub itself needs nothing,
    /// so that the journal's writer can be given it.
    /// </summary>
    public static IServiceCollection AddChannels(this IServiceCollection services, ChannelOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ChannelHub>()
        .AddSingleton<ICommitListener>(provider => provider.GetRequiredService<ChannelHub>())
        .AddSingleton<StreamSource>()
        .AddSingleton<Subscriptions>()
        .AddSingleton<Attendance>()
        .AddSingleton<Presence>()
        .AddSingleton<Publishers>()
        .AddSingleton<ChannelMeters>()
        .AddSingleton<Connections>()
        .AddSingleton<Receipts>()
        .AddSingleton<LiveServices>()
        .AddSingleton<SocketEndpoint>()
        .AddSingleton<EventPoll>()
        .AddSingleton<EventStream>()
        .AddSingleton<ChannelEndpoints>()
        .AddSingleton<ConnectionList>();

    public static void MapChannels(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var sockets = services.GetRequiredService<SocketEndpoint>();
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(sockets.Drain);
        endpoints.Map("/ws", sockets.Build(endpoints.CreateApplicationBuilder()));
        services.GetRequiredService<ChannelEndpoints>().Map(endpoints);
        services.GetRequiredService<ConnectionList>().Map(endpoints);
    }
}
