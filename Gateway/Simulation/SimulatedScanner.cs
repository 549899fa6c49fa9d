using Gateway.Contract;

namespace Gateway.Simulation;

/// <summary>A scanner in software, which behaves as the firmware does: over real MQTT, through an outbox, each command once.</summary>
internal sealed class SimulatedScanner : IMqttClientOwner, IDisposable
{
    private const string Firmware = "sim-1.0";

    private readonly ScannerSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ScannerTopics _topics;
    private readonly FingerPace _fingers;
    private readonly Visitors _visitors;
    private readonly MqttClient _client;
    private readonly ScannerFlash _flash;

    // owned by the handler of commands, of which one runs at a time
    private readonly AnsweredCommands _answered = new(capacity: 64);
    private EnrollmentRun? _run;

    // replaced by the handler of commands
    private volatile ScannerBoot _boot;

    public SimulatedScanner(ScannerSettings settings, TimeProvider time, Random random, ILogger log)
    {
        (_settings, _time, _log) = (settings, time, log);
        _topics = new(settings.Device);
        // one stream of random numbers for each loop that draws
        _visitors = new(settings.Visits, time, new(random.Next()));
        _flash = new(settings.Memory, random.Next(), settings.Slots);
        _fingers = new(settings.Pace, settings.RetryChance, time, new(random.Next()));
        var connection = new MqttClientOptions(settings.Endpoint, settings.Device, settings.Secret, _topics.Commands)
        {
            LongestWait = settings.LongestWait,
            Faults = settings.Faults,
        };
        _client = new(connection, this, time, new(random.Next()), log);
        _boot = PowerUp();
    }

    /// <summary>Fingers in the sensor.</summary>
    public int Stored => _flash.Memory.Fingers.Count;

    /// <summary>Messages that wait for their PUBACK.</summary>
    public int Owed => _client.Owed;

    /// <summary>Runs until stopped; then says goodbye.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await RememberAsync(stop);
            await LoopGroup.RunAsync(stop, _client.RunAsync, BeatAsync, end => _visitors.RunAsync(SlotsForVisitors, ReadAsync, end));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            await ForgetRunAsync();
        }
    }

    public void Dispose() => _client.Dispose();

    MqttMessage IMqttClientOwner.Birth() => Online();

    MqttMessage IMqttClientOwner.Offline() => new(_topics.Status, ContractJson.Write(new StatusPayload(_boot.NextId(), "offline")), Retain: true);

    async Task IMqttClientOwner.ReceiveAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (!CommandPayload.TryRead(message.Payload.Span, out var command, out var problem))
        {
            SimulationLog.NotUnderstood(_log, _settings.Device, problem);
            return;
        }

        var answer = _answered.Find(command.Id!) ?? Answer(command);
        var entry = await _client.QueueAsync(answer.Ack, cancellation);
        if (!answer.IsDone)
        {
            await ActAsync(command, entry, cancellation);
            answer.IsDone = true;
        }
    }

    private MqttMessage Online()
    {
        var boot = _boot;
        var status = new StatusPayload(boot.NextId(), "online", Firmware, _settings.Sensor, _settings.Capacity, Stored, Rssi: -50, boot.Uptime);
        return new(_topics.Status, ContractJson.Write(status), Retain: true);
    }

    private CommandAnswer Answer(CommandPayload command)
    {
        var boot = _boot;
        var refusal = RefusalOf(command);
        var ack = new AckPayload(boot.NextId(), command.Id!, refusal is null, refusal, boot.Uptime);
        var answer = new CommandAnswer(new(_topics.Acks, ContractJson.Write(ack), Retain: false), isAccepted: refusal is null);
        _answered.Remember(command.Id!, answer);
        SimulationLog.Answered(_log, _settings.Device, command.Id!, command.Do ?? "nothing", refusal ?? "ok");
        return answer;
    }

    private string? RefusalOf(CommandPayload command) => command.Do switch
    {
        _ when command.ExpiresIn <= 0 => "expired",
        "enroll" when command.ToEnrollOrder() is null => "malformed",
        "enroll" when _settings.Sensor != "ok" => "sensor_fault",
        "enroll" when command.Slot >= _settings.Capacity => "bad_slot",
        "enroll" when _run is { IsRunning: true } => "busy",
        "resend" when command.Enrollment is null || command.Enrollment != _run?.Enrollment => "unknown_enrollment",
        "delete" when command.Slot is null => "malformed",
        "enroll" or "cancel" or "resend" or "delete" or "ping" or "locate" or "restart" => null,
        _ => "unknown_command",
    };

    private async Task ActAsync(CommandPayload command, OutboxEntry ack, CancellationToken cancellation)
    {
        switch (command.Do)
        {
            case "enroll":
                await ForgetRunAsync();
                _run = Enroll(command);
                break;
            case "cancel":
                await CancelAsync(command.Enrollment!);
                break;
            case "resend":
                foreach (var message in _run!.SaidFrom(command.From ?? 1))
                {
                    await _client.QueueAsync(message, cancellation);
                }

                break;
            case "delete":
                _flash.Change(memory => memory with { Fingers = memory.Fingers.Remove(command.Slot!.Value) });
                _client.PutStatus(Online());
                break;
            case "locate":
                SimulationLog.Located(_log, _settings.Device);
                break;
            case "restart":
                await ack.Acknowledged.WaitAsync(cancellation);
                await RestartAsync(cancellation);
                break;
        }
    }

    private EnrollmentRun Enroll(CommandPayload command)
    {
        var order = command.ToEnrollOrder()!;
        var lease = command.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var end = lease is { } known ? new CancellationTokenSource(known, _time) : new();
        _flash.Change(memory => memory with { Running = order, Until = _time.GetUtcNow() + lease, Result = null });
        return new(order, end, _fingers, Compose, SayAsync);
    }

    private async Task SayAsync(MqttMessage message, CancellationToken cancellation)
    {
        await _client.QueueAsync(message, cancellation);
        if (_flash.Memory.Running is null)
        {
            _client.PutStatus(Online());
        }
    }

    /// <summary>The gateway thinks the slot empty from now on, and it has to be.</summary>
    private async Task CancelAsync(string enrollment)
    {
        if (enrollment == _run?.Enrollment)
        {
            await _run.StopAsync();
        }

        _flash.Change(memory => memory with
        {
            Running = memory.Running?.Enrollment == enrollment ? null : memory.Running,
            Fingers = memory.Fingers.RemoveRange(memory.Fingers.Where(finger => finger.Value == enrollment).Select(finger => finger.Key)),
        });
    }

    /// <summary>A loss of power: what ran is lost and told, the outbox is in flash, ids and uptime begin anew.</summary>
    private async Task RestartAsync(CancellationToken cancellation)
    {
        await ForgetRunAsync();
        _boot = PowerUp();
        await RememberAsync(cancellation);
        _client.Cut();
    }

    /// <summary>After a power-up: the last result may never have arrived, and what was running is told as broken off.</summary>
    private async Task RememberAsync(CancellationToken cancellation)
    {
        if (_flash.Memory.RunningAt(_time.GetUtcNow()) is { } lost)
        {
            Compose(new(lost, "error", ScanReport.Result) { Reason = "reset" });
        }

        if (_flash.Memory.Result is { } result)
        {
            await _client.QueueAsync(result.ToMessage(), cancellation);
        }
    }

    private MqttMessage Compose(ScanReport report)
    {
        var (enrollment, slot, scans) = report.Order;
        var boot = _boot;
        if (report.Step == ScanReport.Result)
        {
            var result = new ResultPayload(boot.NextId(), report.Status, slot, report.Reason, boot.Uptime);
            var told = new MqttMessage(_topics.Result(enrollment), ContractJson.Write(result), Retain: true);
            _flash.Change(memory => memory with
            {
                Fingers = report.Status == "success" ? memory.Fingers.SetItem(slot, enrollment) : memory.Fingers,
                Running = null,
                Result = KeptMessage.Of(told),
            });
            return told;
        }

        var scan = new ScanPayload(boot.NextId(), report.Status, report.Step, scans, slot, report.Quality, report.Reason, boot.Uptime);
        return new(_topics.Scan(enrollment, report.Step), ContractJson.Write(scan), Retain: true);
    }

    private ScannerBoot PowerUp()
    {
        _flash.Change(memory => memory with { Boot = memory.Boot + 1 });
        return new(_flash.Memory.Boot, _time);
    }

    private async Task ForgetRunAsync()
    {
        if (_run is { } run)
        {
            _run = null;
            await run.DisposeAsync();
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_settings.Heartbeat, _time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            _client.PutStatus(Online());
        }
    }

    private IReadOnlyList<int> SlotsForVisitors() =>
        _flash.Memory is var memory && memory.RunningAt(_time.GetUtcNow()) is null ? [.. memory.Fingers.Keys] : [];

    private async Task ReadAsync(int? slot, int? confidence, CancellationToken stop)
    {
        var boot = _boot;
        var read = new IdentificationPayload(boot.NextId(), slot, confidence, boot.Uptime);
        await _client.QueueAsync(new(_topics.Identifications, ContractJson.Write(read), Retain: false), stop);
    }
}
