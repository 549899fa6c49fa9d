using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Broker.Protocol;

namespace Gateway.Simulation;

internal sealed record MqttClientOptions(EndPoint Endpoint, string ClientId, string Secret, string Filter)
{
    /// <summary>Silence after which the service gives the client up (at one and a half of it).</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From the first SYN to CONNACK.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a goodbye may take.</summary>
    public TimeSpan GoodbyeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Of the wait before another connection; null is that of <see cref="ReconnectPolicy"/>.</summary>
    public TimeSpan? LongestWait { get; init; }

    public Faults Faults { get; init; } = Faults.None;

    /// <summary>Messages that may wait for their PUBACK; beyond it the scanner pauses.</summary>
    public int OutboxCapacity { get; init; } = 1_000;
}

/// <summary>Whom a client speaks for.</summary>
internal interface IMqttClientOwner
{
    /// <summary>The status at the start of each connection.</summary>
    MqttMessage Birth();

    /// <summary>The status at its end: the will, and the last word of an orderly stop. Asked anew each time, since it bears an id.</summary>
    MqttMessage Offline();

    /// <summary>One at a time; the message is acknowledged afterwards, and comes again when the token ended it.</summary>
    Task ReceiveAsync(MqttMessage message, CancellationToken cancellation);
}

/// <summary>A scanner's MQTT 3.1.1 client: a persistent session, an outbox that outlives connections, and a new connection whenever one is lost.</summary>
internal sealed class MqttClient(MqttClientOptions options, IMqttClientOwner owner, TimeProvider time, Random random, ILogger log) : IDisposable
{
    private readonly Outbox _outbox = new(options.OutboxCapacity);

    // written by RunAsync alone
    private volatile MqttConnection? _connection;

    /// <summary>Messages that wait for their PUBACK.</summary>
    public int Owed => _outbox.Count;

    /// <summary>Done when the message has its place in the outbox; <see cref="OutboxEntry.Acknowledged"/> tells of its PUBACK.</summary>
    public async ValueTask<OutboxEntry> QueueAsync(MqttMessage message, CancellationToken cancellation)
    {
        var entry = await _outbox.AddAsync(message, cancellation);
        _connection?.Wake();
        return entry;
    }

    /// <summary>Replaces a status that is not acknowledged yet.</summary>
    public void PutStatus(MqttMessage status)
    {
        _outbox.PutStatus(status);
        _connection?.Wake();
    }

    /// <summary>Cuts the line without a goodbye; the next connection follows.</summary>
    public void Cut() => _connection?.Abort();

    /// <summary>Connects, and again, until stopped; then says goodbye.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (var failures = 0; !stop.IsCancellationRequested; failures++)
        {
            var began = time.GetTimestamp();
            try
            {
                await ConnectAndServeAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ended) when (IsEndOfConnection(ended))
            {
                SimulationLog.ConnectionEnded(log, options.ClientId, _outbox.Count, ended.Message);
            }

            failures = time.GetElapsedTime(began) >= ReconnectPolicy.StableAfter ? 0 : failures;
            var pause = ReconnectPolicy.Delay(failures, random.NextDouble(), options.LongestWait);
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _outbox.Dispose();

    // a time-out of connecting is cancelled by its own token
    private static bool IsEndOfConnection(Exception ended) => ended is MqttConnectionException or ProtocolException or IOException or SocketException
        or ObjectDisposedException or OperationCanceledException;

    private async Task ConnectAndServeAsync(CancellationToken stop)
    {
        await using var connection = await ConnectAsync(stop);
        SimulationLog.Connected(log, options.ClientId, _outbox.Count);
        _outbox.Restart(owner.Birth());
        _connection = connection;
        try
        {
            await connection.RunAsync(options.Filter, options.KeepAlive, _outbox, owner.ReceiveAsync, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(options.GoodbyeTimeout, time);
            await connection.SayGoodbyeAsync(owner.Offline(), patience.Token);
        }
        finally
        {
            _connection = null;
        }
    }

    private async Task<MqttConnection> ConnectAsync(CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        var will = owner.Offline();
        var hello = new ConnectPacket(ProtocolVersion.V311, options.ClientId, CleanStart: false, (ushort)options.KeepAlive.TotalSeconds)
        {
            UserName = options.ClientId,
            Password = Encoding.UTF8.GetBytes(options.Secret),
            Will = new(will.Topic, will.Payload.ToArray(), Qos: 1, will.Retain, Properties.None),
        };
        var line = new FaultyLine(options.Faults, new(random.Next()));
        return await MqttConnection.OpenAsync(options.Endpoint, hello, line, time, either.Token);
    }
}
