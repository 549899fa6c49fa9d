using Gateway.Channels;
using Gateway.Channels.WebSockets;
using Gateway.Contract;
using Gateway.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Channels;

/// <summary>The live side on Kestrel, port 0, over a journal in memory and a clock that the test moves.</summary>
internal sealed class LiveFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LiveFixture(ChannelOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSingleton(new LimitsOptions { Loopback = true }).AddSingleton<ILimitBook, Gateway.Access.LimitBook>()
            .AddSingleton<IReceiptStore>(Kept)
            .AddSingleton<TimeProvider>(Time).AddSingleton<IJournalReader>(Journal).AddSingleton<ITicketDesk>(Desk).AddSingleton<ISubscriberListener>(Listener)
            .AddSingleton<IChannelKind>(new NamedKind("jobs")).AddSingleton<IChannelKind>(new NamedKind("rooms"))
            .AddSingleton<IChannelKind>(new NamedKind("talks")).AddSingleton<IChannelPublisher>(Talks)
            .AddChannels(options);
        _app = builder.Build();
        _app.MapChannels();
        Talks.Journal = Journal;
        Journal.Listener = Hub;
        Http = new();
    }

    public MemoryJournal Journal { get; } = new();

    public ManualTime Time { get; } = new();

    public OpenDesk Desk { get; } = new();

    public ToldListener Listener { get; } = new();

    public TalkPublisher Talks { get; } = new();

    public MemoryReceipts Kept { get; } = new();

    public HttpClient Http { get; }

    public ChannelHub Hub => _app.Services.GetRequiredService<ChannelHub>();

    public Attendance Attendance => _app.Services.GetRequiredService<Attendance>();

    public Connections Connections => _app.Services.GetRequiredService<Connections>();

    public Presence Presence => _app.Services.GetRequiredService<Presence>();

    public Receipts Receipts => _app.Services.GetRequiredService<Receipts>();

    public SocketEndpoint Sockets => _app.Services.GetRequiredService<SocketEndpoint>();

    public static async Task<LiveFixture> StartAsync(ChannelOptions? options = null)
    {
        var fixture = new LiveFixture(options ?? new());
        await fixture._app.StartAsync();
        fixture.Http.BaseAddress = new(fixture._app.Urls.Single());
        return fixture;
    }

    public Task<LivePage> OpenPageAsync(string ticket = "good", TimeSpan? patience = null, HttpMessageInvoker? line = null) =>
        LivePage.OpenAsync(new UriBuilder(Http.BaseAddress!) { Scheme = "ws", Path = "/ws", Query = $"ticket={ticket}" }.Uri, patience, line);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Knows the tickets "good", "other" and those named after a close code; only "rooms" is forbidden.</summary>
    internal sealed class OpenDesk : ITicketDesk
    {
        public DateTimeOffset ExpiresAt { get; set; } = new(2026, 1, 3, 11, 0, 0, TimeSpan.Zero);

        public CancellationToken Ended { get; set; }

        public TicketVerdict Redeem(string? ticket, HttpContext context) => ticket switch
        {
            "good" => TicketVerdict.Granted(new Rights("kiosk", null, ExpiresAt, Ended)),
            "other" => TicketVerdict.Granted(new Rights("other", "teacher", ExpiresAt, Ended)),
            "4403" => TicketVerdict.Refused(SocketClose.Forbidden),
            _ => TicketVerdict.Refused(SocketClose.Ticket),
        };

        public ISubscriberRights RightsOf(HttpContext context) => new Rights("kiosk", null, ExpiresAt, Ended);

        private sealed record Rights(string User, string? Role, DateTimeOffset ExpiresAt, CancellationToken Ended) : ISubscriberRights
        {
            public bool IsStaff => false;

            public IChannelRule? RuleOf(StreamName name) => null;

            public ValueTask<ICircle?> CircleAsync(StreamName name, CancellationToken cancellation) => default;

            public ValueTask<bool> MaySubscribeAsync(StreamName name, CancellationToken cancellation) => new(name.Kind != "rooms");

            public ValueTask<bool> MayPublishAsync(StreamName name, CancellationToken cancellation) => new(name.Id != "silent");
        }
    }

    internal sealed class ToldListener : ISubscriberListener
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _told = [];

        public IEnumerable<string> Told => _told;

        public void FirstSubscriber(ChannelName channel) => _told.Enqueue($"first {channel}");

        public void LastSubscriberLeft(ChannelName channel) => _told.Enqueue($"last {channel}");
    }
}
