using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Simulation;
using Gateway.Tests.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Simulation;

/// <summary>A simulated scanner on a clock of its own, a real broker, and somebody who watches all that the scanner publishes.</summary>
internal sealed class ScannerFixture : IAsyncDisposable
{
    /// <summary>Before the first ping is due: its answer takes real time, of which this clock knows nothing.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly BrokerFixture _broker;
    private readonly RawClient _watcher;
    private readonly SimulatedScanner _scanner;
    private readonly Task _running;
    private readonly Queue<Said> _others = new();
    private readonly Queue<Said> _statuses = new();

    private ScannerFixture(BrokerFixture broker, RawClient watcher, HoldingGate gate, ScannerSettings settings)
    {
        (_broker, _watcher, Gate) = (broker, watcher, gate);
        _scanner = new(settings, Time, new(7), NullLogger.Instance);
        _running = _scanner.RunAsync(_stop.Token);
    }

    public ManualTime Time { get; } = new();

    public HoldingGate Gate { get; }

    public SimulatedScanner Scanner => _scanner;

    /// <summary>Started, its birth taken.</summary>
    public static async Task<ScannerFixture> StartAsync(Func<ScannerSettings, ScannerSettings>? with = null)
    {
        HoldingGate? gate = null;
        var broker = await BrokerFixture.StartAsync(gate: store => gate = new(store));
        var watcher = await broker.ConnectAsync(RawClient.Hello("watcher"));
        await watcher.SubscribeAsync(new SubscriptionRequest("scanners/#", 1, RetainAsPublished: true));
        var settings = new ScannerSettings("sim-1", "secret", new IPEndPoint(IPAddress.Loopback, broker.Port)) { RetryChance = 0, Heartbeat = Heartbeat };
        var fixture = new ScannerFixture(broker, watcher, gate!, with?.Invoke(settings) ?? settings);
        Assert.That((await fixture.StatusAsync()).Text("state"), Is.EqualTo("online"));
        await Eventually.HoldsAsync(() => broker.Broker.Subscriptions == 2, "the scanner listens to commands");
        return fixture;
    }

    /// <summary>The next that is no status.</summary>
    public Task<Said> NextAsync() => NextAsync(_others, _statuses, static said => said.Topic != "status");

    /// <summary>The next status: when it comes among the others is nobody's matter.</summary>
    public Task<Said> StatusAsync() => NextAsync(_statuses, _others, static said => said.Topic == "status");

    public async Task<List<Said>> NextAsync(int count)
    {
        var all = new List<Said>();
        while (all.Count < count)
        {
            all.Add(await NextAsync());
        }

        return all;
    }

    public Task CommandAsync(string json) =>
        _broker.Broker.Publish("scanners/sim-1/commands", System.Text.Encoding.UTF8.GetBytes(json), 1, retain: false).AsTask();

    /// <summary>How much more the watcher has got, when the scanner has gone.</summary>
    public async Task<int> RestAsync()
    {
        await Eventually.HoldsAsync(() => _broker.Broker.Counts.Connections == 1, "the scanner has gone");
        return await _watcher.PingAsync();
    }

    public Task EnrollAsync(string id = "c1", string enrollment = "e1", int expiresIn = 300) =>
        CommandAsync($$"""{"id":"{{id}}","do":"enroll","enrollment":"{{enrollment}}","slot":4,"scans":3,"expiresIn":{{expiresIn}}}""");

    /// <summary>The scanner waits for a finger; now it is there.</summary>
    public Task PassCaptureAsync() => Time.PassWaitAsync(TimeSpan.FromSeconds(1.4));

    public void LoseConnection() => _broker.Broker.DisconnectOwner("sim-1", ReasonCode.AdministrativeAction);

    public async Task StopScannerAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Release();
        await StopScannerAsync();
        _scanner.Dispose();
        _stop.Dispose();
        _watcher.Dispose();
        await _broker.DisposeAsync();
    }

    private async Task<Said> NextAsync(Queue<Said> kept, Queue<Said> aside, Func<Said, bool> isWanted)
    {
        while (kept.Count == 0)
        {
            var message = await _watcher.ReadPublishAsync();
            if (message.Qos > 0)
            {
                await _watcher.AckAsync(PacketType.PubAck, message.PacketId);
            }

            if (!message.Topic.EndsWith("/commands", StringComparison.Ordinal))
            {
                var said = Said.Of(message);
                (isWanted(said) ? kept : aside).Enqueue(said);
            }
        }

        return kept.Dequeue();
    }
}

/// <summary>One message of the scanner, as the watcher sees it.</summary>
internal sealed record Said(string Topic, bool Retain, JsonElement Json)
{
    public string Id => Text("id")!;

    public static Said Of(Received message) => new(message.Topic["scanners/sim-1/".Length..], message.Retain, JsonDocument.Parse(message.Payload).RootElement);

    public string? Text(string field) => Json.TryGetProperty(field, out var value) ? value.ToString() : null;

    public override string ToString() => $"{Topic} {Text("status") ?? Text("state") ?? Text("ok")}";
}

/// <summary>Lets everything through; scans, while told so, are noted and not acknowledged.</summary>
internal sealed class HoldingGate(IBrokerStore store) : IPublishGate
{
    private readonly DirectGate _direct = new(store);
    private readonly ConcurrentQueue<PublishUnit> _held = new();
    private volatile bool _isHolding;

    public IReadOnlyList<string> Held => [.. _held.Select(static unit => System.Text.Encoding.UTF8.GetString(unit.Message.Payload.Span))];

    public void Hold() => _isHolding = true;

    public void Release()
    {
        _isHolding = false;
        while (_held.TryDequeue(out var unit))
        {
            _direct.Submit(unit);
        }
    }

    public void Submit(PublishUnit unit)
    {
        if (_isHolding && unit.Message.Topic.Contains("/enrollments/", StringComparison.Ordinal))
        {
            _held.Enqueue(unit);
        }
        else
        {
            _direct.Submit(unit);
        }
    }
}
