using System.Net.Sockets;
using Gateway.Access;
using Gateway.Broker;
using Gateway.Broker.Transport;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Intake;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Accounts;
using Gateway.Modules.CheckIns;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Modules.Firmware;
using Gateway.Modules.Jobs;
using Gateway.Modules.Mappings;
using Gateway.Modules.People;
using Gateway.Modules.Rooms;
using Gateway.Modules.Webhooks;
using Gateway.Operations;
using Gateway.Operations.Backups;
using Gateway.Operations.Metrics;
using Gateway.Simulation;
using Gateway.Sockets;
using Gateway.Storage;
using Gateway.Storage.Sqlite;
using Gateway.Tracing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Serilog;
using Serilog.Events;
using Serilog.Settings.Configuration;

namespace Gateway;

/// <summary>Composition only, in the order of the flow: listeners, stores, access, modules, endpoints; then start and stop.</summary>
internal static class GatewayHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        // First of all: what is counted before somebody listens is lost.
        using var metrics = new MetricsBoard();
        using var process = new ProcessMeters(TimeProvider.System);
        await using var app = Build(args, metrics);
        Map(app);
        CommandLineSecrets.Tell(args, app.Services.GetRequiredService<ILogger<Settings>>());
        await LoadAsync(app.Services);
        try
        {
            await app.StartAsync();
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
        {
            await app.StopAsync(); // what was loaded runs already
            throw app.Services.GetRequiredService<Listeners>().Explain(error);
        }

        // Only what has started prints a link: one that was made for a start that failed would be lost for ever.
        var signInToken = await app.Services.GetRequiredService<AdminToken>().PrepareAsync();
        await app.Services.GetRequiredService<Demonstration>().StartAsync();
        app.Services.GetRequiredService<Welcome>().Print(Console.Out, signInToken, isTerminal: !Console.IsOutputRedirected);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>All parts, none of which runs yet.</summary>
    public static WebApplication Build(string[] args, MetricsBoard metrics)
    {
        // Slim: without IIS, QUIC and what else a service on a LAN never calls but would hold in memory.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            // Settings and pages lie beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        });
        var settings = Settings.Read(builder.Configuration, args);
        var listeners = new Listeners(settings.Mqtt, settings.Http, settings.Tls);
        builder.WebHost.UseSockets(sockets => sockets.Backlog = Listeners.Backlog)
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(listeners.Configure);
        builder.Services.AddSingleton<IConnectionListenerFactory>(new SocketTransport(Listeners.Backlog));
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, SharedBuffers>();
        builder.Host.ConfigureHostOptions(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Logging.ClearProviders().AddSerilog(Logger(builder.Configuration), dispose: true);
        builder.Services.AddSingleton(metrics);
        AddSettings(builder.Services, settings, listeners);
        AddKernel(builder.Services, settings.Limits);
        AddAccess(builder.Services);
        AddModules(builder.Services);

        return builder.Build();
    }

    /// <summary>What is kept is back in memory before the first connection is taken.</summary>
    private static async Task LoadAsync(IServiceProvider services)
    {
        services.GetRequiredService<AdminToken>().Load();
        services.GetRequiredService<DeviceSecrets>().Load();
        services.GetRequiredService<Accounts>().Load();
        services.GetRequiredService<Sessions>().Load();
        services.GetRequiredService<Homes>().Load();
        var broker = services.GetRequiredService<MqttBroker>();
        var devices = services.GetRequiredService<Devices>();
        broker.AddListener(devices);
        broker.AddListener(services.GetRequiredService<MappedSubscribers>());
        broker.Countdown = DeviceCommand.AtDelivery;
        broker.Start(services.GetRequiredService<IPublishGate>());
        services.GetRequiredService<Standings>().Start(broker.ForgetOwner);
        await devices.StartAsync(CancellationToken.None);
        services.GetRequiredService<Enrollments>().Start();
        services.GetRequiredService<CommandNotes>().Start();
        services.GetRequiredService<QuarantineKeeper>().Start();
        services.GetRequiredService<Retention>().Start();
        services.GetRequiredService<Webhooks>().Start();
        services.GetRequiredService<Forgetter>().Start();
        services.GetRequiredService<FingerDeletions>().Start();
        services.GetRequiredService<IntegrityCheck>().Start();
        await services.GetRequiredService<Jobs>().StartAsync(CancellationToken.None);
        await services.GetRequiredService<Timetables>().StartAsync(services.GetRequiredService<IJournal>());
        await services.GetRequiredService<CheckInClock>().StartAsync(CancellationToken.None);
        services.GetRequiredService<RoomWatch>().Start();
    }

    // Named, so that no start searches all libraries for them.
    private static ConfigurationReaderOptions Sinks =>
        new(typeof(ConsoleLoggerConfigurationExtensions).Assembly, typeof(FileLoggerConfigurationExtensions).Assembly);

    private static Serilog.Core.Logger Logger(IConfiguration configuration)
    {
        try
        {
            return new LoggerConfiguration()
                .ReadFrom.Configuration(configuration, Sinks)
                // A start that fails is told in one sentence by Program; the host would print its stack trace before that.
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LevelAlias.Off)
                .CreateLogger();
        }
        catch (InvalidOperationException error)
        {
            throw new SettingException("Serilog", error.Message);
        }
    }

    private static void AddSettings(IServiceCollection services, Settings settings, Listeners listeners) => services
        .AddSingleton(settings.Mqtt).AddSingleton(settings.Http).AddSingleton(settings.Tls).AddSingleton(settings.Data).AddSingleton(settings.Access)
        .AddSingleton(settings.Limits).AddSingleton(BrokerLimitsOf(settings.Limits)).AddHttpRate(settings.Limits)
        .AddSingleton(settings.Enrollment).AddSingleton(settings.CheckIns).AddSingleton(settings.Jobs).AddSingleton(settings.Rooms)
        .AddSingleton(settings.Quarantine).AddSingleton(settings.Retention).AddSingleton(settings.Firmware).AddSingleton(settings.Webhooks)
        .AddSingleton(settings.Mappings).AddSingleton(settings.Simulate)
        .AddSingleton(new WebhookReach(settings.Webhooks.Loopback ?? settings.IsForThisMachineAlone, listeners.IsOwnPort))
        .AddSingleton(listeners).AddSingleton<IBrokerDoor>(listeners).AddSingleton(TimeProvider.System)
        .Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true)
        .ConfigureHttpJsonOptions(json => ContractJson.Configure(json.SerializerOptions));

    // The broker knows nothing of the product, so it has its own words for them.
    private static BrokerLimits BrokerLimitsOf(LimitsOptions limits) => new()
    {
        Loopback = limits.Loopback,
        HalfOpen = limits.HalfOpen,
        HalfOpenPerAddress = limits.HalfOpenPerAddress,
        ConnectRate = limits.ConnectRate,
        ConnectBurst = limits.ConnectBurst,
        PublishRate = limits.PublishRate,
        PublishBytesRate = limits.PublishBytesRate,
    };

    private static SqliteFile OpenFile(IServiceProvider services)
    {
        var file = SqliteFile.Open(services.GetRequiredService<DataOptions>().Folder, services.GetRequiredService<ILogger<SqliteFile>>());
        services.GetRequiredService<StoreMeters>().WatchFile(file.Path);
        return file;
    }

    private static void AddKernel(IServiceCollection services, LimitsOptions limits) => services
        .AddSingleton(OpenFile)
        .AddSingleton<StoreMeters>().AddSingleton<IntegrityCheck>()
        .AddSingleton<SqliteReader>()
        .AddSingleton<IStoreReader>(provider => provider.GetRequiredService<SqliteReader>())
        .AddSingleton<IReceiptReader>(provider => provider.GetRequiredService<SqliteReader>())
        .AddSingleton<IReceiptStore, ReceiptStore>()
        .AddSingleton<IRetentionReader, SqliteRetentionReader>()
        .AddSingleton<IErasureReader, SqliteErasureReader>().AddSingleton<IErasure, Erasure>()
        .AddSingleton<IEmptiedLog>(provider => provider.GetRequiredService<SqliteFile>().Checkpoints.Emptied)
        .AddSingleton(provider => provider.GetRequiredService<RetentionOptions>().Plan([Idempotency.Collection, Sessions.Collection]))
        .AddSingleton<Retention>()
        .AddSingleton<IBrokerReader, SqliteBrokerReader>()
        .AddSingleton<IChannelKind, EnrollmentKind>().AddSingleton<IChannelKind, DeviceKind>().AddSingleton<IChannelKind, AuditKind>()
        .AddSingleton<IProjection, PeopleProjection>()
        .AddSingleton<IWriteSession, SqliteWriteSession>()
        .AddSingleton<StoreWriter>().AddSingleton<IStore>(provider => provider.GetRequiredService<StoreWriter>())
        .AddSingleton<StoreJournal>()
        .AddSingleton<IJournal>(provider => provider.GetRequiredService<StoreJournal>())
        .AddSingleton<IJournalReader>(provider => provider.GetRequiredService<StoreJournal>())
        .AddSingleton<IBrokerStore, StoreForBroker>()
        .AddSingleton<MqttBroker>().AddSingleton<MqttConnectionHandler>()
        .AddChannels(ChannelOptions.Of(limits))
        .AddSingleton<ICommitListener>(provider => new CommitListeners(
            provider.GetRequiredService<CommitTimes>(), provider.GetRequiredService<ChannelHub>(), provider.GetRequiredService<WebhookBell>()));

    private static LimitBook MakeLimitBook(IServiceProvider services) => new(
        services.GetRequiredService<LimitsOptions>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<LimitBook>>(),
        services.GetRequiredService<HttpOptions>().ProxyNetworks);

    private static void AddAccess(IServiceCollection services) => services
        .AddSingleton(provider => new NewTokenFile(provider.GetRequiredService<DataOptions>().Folder))
        .AddSingleton(provider => new SealedSecrets(provider.GetRequiredService<DataOptions>().Folder))
        .AddSingleton(provider => new CommandNotes(
            provider.GetRequiredService<DataOptions>().Folder, provider.GetRequiredService<IJournal>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CommandNotes>>()))
        .AddSingleton<AdminToken>().AddSingleton<DeviceSecrets>().AddSingleton<Sessions>().AddSingleton<DenyList>()
        .AddSingleton<Accounts>().AddSingleton<Standings>().AddSingleton<ScannerOf>().AddSingleton<AuthThrottle>().AddSingleton<Pairings>()
        .AddSingleton<Homes>().AddSingleton<PasswordDesk>().AddSingleton<ChannelGuards>()
        .AddSingleton(MakeLimitBook).AddSingleton<ILimitBook>(provider => provider.GetRequiredService<LimitBook>()).AddSingleton<ConnectionLimit>()
        .AddSingleton<HttpAccess>().AddSingleton<AuditTrail>().AddSingleton<WebGuard>().AddSingleton<TlsCertificate>().AddSingleton<TlsRedirect>()
        .AddSingleton<Tickets>().AddSingleton<ITicketDesk>(provider => provider.GetRequiredService<Tickets>())
        .AddSingleton<IAuthenticator, MqttAuthenticator>();

    private static void AddModules(IServiceCollection services) => services
        .AddSingleton<CommandPost>().AddSingleton<Devices>()
        .AddSingleton<EnrollmentDesk>().AddSingleton<EnrollmentClock>().AddSingleton<Enrollments>()
        .AddSingleton<ISubscriberListener>(provider => provider.GetRequiredService<Enrollments>())
        .AddSingleton<IAnswerListener>(provider => provider.GetRequiredService<Enrollments>())
        .AddSingleton<Forgetter>().AddSingleton<People>()
        .AddSingleton<FingerDeletions>().AddSingleton<IAnswerListener>(provider => provider.GetRequiredService<FingerDeletions>())
        .AddSingleton<IKioskReach, KioskPeople>().AddSingleton<IDeviceListener, KioskEnds>()
        .AddSingleton<IDeviceListener>(provider => provider.GetRequiredService<Enrollments>())
        .AddSingleton<DeviceFigures>().AddSingleton<IModuleTopics, DeviceTopics>().AddSingleton<IModuleTopics, EnrollmentTopics>()
        .AddJobs().AddCheckIns().AddRooms()
        .AddFirmware().AddWebhooks().AddMappings()
        .AddSingleton<IntakeMeters>().AddSingleton<PublishedActs>().AddSingleton<QuarantineKeeper>().AddSingleton<Resubmission>()
        .AddTracing()
        .AddSingleton<IntakeGate>().AddSingleton<IPublishGate>(provider => provider.GetRequiredService<IntakeGate>())
        .AddSingleton<SimulatedFleet>().AddSingleton<Demonstration>()
        .AddPages()
        .AddSingleton<BackupEndpoint>()
        .AddSingleton<Health>().AddSingleton<Welcome>()
        .AddHostedService<Drain>()
        .AddHostedService(provider => new IdleTrim(provider.GetRequiredService<TimeProvider>()));

    public static void Map(WebApplication app)
    {
        app.Use((context, next) =>
        {
            ConnectionLimit.Began(context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items);
            return next(context);
        });
        app.UseProxies(app.Services.GetRequiredService<HttpOptions>());
        app.Use((context, next) => app.Services.GetRequiredService<WebGuard>().GuardAsync(context, next));
        app.Use((context, next) => app.Services.GetRequiredService<TlsRedirect>().GuardAsync(context, next));
        app.UseRateLimiter();
        app.Use(Failures.AnswerAsync);
        app.UsePages();
        app.UseWebSockets();
        app.MapMqtt();
        app.Use((context, next) => app.Services.GetRequiredService<HttpAccess>().GuardAsync(context, next));
        app.Services.GetRequiredService<Health>().Map(app);
        app.MapMetrics();
        app.MapApiDescription();
        app.MapBackup();
        app.MapGet("/api/certificate", (TlsCertificate tls) => Results.Json(new Dictionary<string, object?> { ["certificate"] = tls.Shown }));
        app.MapChannels();
        app.MapSignIn();
        app.MapTickets();
        app.MapUsers();
        app.MapKeys();
        app.MapAudit();
        app.MapKiosks();
        app.MapDevices();
        app.MapCommands();
        app.MapEnrollments();
        app.MapJobs();
        app.MapCheckIns();
        app.MapRooms();
        app.MapPeople();
        app.MapFirmware();
        app.MapWebhooks();
        app.MapQuarantine();
        app.MapTrace();
    }
}
