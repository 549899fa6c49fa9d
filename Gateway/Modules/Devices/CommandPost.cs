using System.Collections.Concurrent;
using System.Threading.Channels;
using Gateway.Broker;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>Publishes commands to scanners, and clears retained topics that have done their work: one loop, in the order handed in.</summary>
internal sealed class CommandPost : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly MqttBroker _broker;
    private readonly IJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ICommandTranslation? _translation;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    // Bounded by what is open: a handful of commands a scanner, and each enrollment's topics once.
    private readonly Channel<Letter> _letters = System.Threading.Channels.Channel.CreateUnbounded<Letter>(new() { SingleReader = true });

    // Unanswered commands by id; follows the documents.
    private readonly ConcurrentDictionary<string, DeviceCommand> _unanswered = new();

    public CommandPost(MqttBroker broker, IJournal journal, TimeProvider time, ILogger<CommandPost> log, ICommandTranslation? translation = null)
    {
        _translation = translation;
        _broker = broker;
        _journal = journal;
        _time = time;
        _log = log;
        _loop = RunAsync();
    }

    /// <summary>After the commit that kept the command.</summary>
    public void Send(DeviceCommand command)
    {
        Hold(command);
        _letters.Writer.TryWrite(new SendCommand(command));
    }

    /// <summary>After the commit that kept the command, which is said when the scanner subscribes, or with <see cref="Send"/>.</summary>
    public void Hold(DeviceCommand command) => _unanswered[command.Id] = command;

    /// <summary>After the commit that dropped it.</summary>
    public void Dropped(string id) => _unanswered.TryRemove(id, out _);

    /// <summary>Of a scanner that is gone.</summary>
    public void Forget(string device)
    {
        foreach (var command in Unanswered(device))
        {
            Dropped(command.Id);
        }
    }

    public IReadOnlyList<DeviceCommand> Unanswered(string device) => [.. _unanswered.Values.Where(command => command.Device == device)];

    /// <summary>Whose time to be said once more has come.</summary>
    public IReadOnlyList<DeviceCommand> Due(DateTimeOffset now) => [.. _unanswered.Values.Where(command => command.Next <= now)];

    /// <summary>Clears retained topics that no longer say anything true, for whoever comes at once, for the others in turn; tells when all are.</summary>
    public void Clear(IEnumerable<string> topics, Action? cleared = null)
    {
        var clear = new ClearTopics([.. topics], cleared);
        foreach (var topic in clear.Topics)
        {
            _broker.Withdraw(topic);
        }

        _letters.Writer.TryWrite(clear);
    }

    /// <summary>Says what is true now to whoever follows the topic, and to whoever comes later.</summary>
    public void Retain(string topic, byte[] payload) => _letters.Writer.TryWrite(new RetainMessage(topic, payload));

    /// <summary>What the scanner has not answered yet is said again, under the same id.</summary>
    public void SendAgain(string device)
    {
        foreach (var command in Unanswered(device).OrderBy(command => command.Id, StringComparer.Ordinal))
        {
            _letters.Writer.TryWrite(new SendCommand(command));
        }
    }

    public void Load()
    {
        var now = _time.GetUtcNow();
        foreach (var command in DeviceCommand.Load(_journal))
        {
            if (command.ExpiresAt > now)
            {
                _unanswered[command.Id] = command;
            }
            else
            {
                // Whose scanner never came back to hear it.
                _journal.Write(command.Drop, LogFailure);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _letters.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private void LogFailure(Exception? failure)
    {
        if (failure is not null)
        {
            ModuleLog.NotWritten(_log, failure, "a command that is too old");
        }
    }

    private async Task RunAsync()
    {
        await foreach (var letter in _letters.Reader.ReadAllAsync())
        {
            // What the disk does not take keeps its place: a retained state must not be followed by an older one.
            for (var pause = FirstPause; !await TryAsync(letter) && !_stop.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Where it fails at the stop, nothing is lost: all are kept as records, and taken up at the next start.</summary>
    private async Task<bool> TryAsync(Letter letter)
    {
        try
        {
            await (letter switch
            {
                SendCommand send => SendOneAsync(send.Command),
                ClearTopics clear => ClearAllAsync(clear),
                RetainMessage retain => _broker.Publish(retain.Topic, retain.Payload, qos: 1, retain: true),
                _ => throw new InvalidOperationException($"a letter that is {letter.GetType().Name}"),
            });
            return true;
        }
        catch (Exception failure) when (failure is BrokerStoreException or JournalUnavailableException)
        {
            ModuleLog.NotPublished(_log, failure, letter.ToString());
            return false;
        }
    }

    private async ValueTask ClearAllAsync(ClearTopics clear)
    {
        await Task.WhenAll(clear.Topics.Select(topic => _broker.Publish(topic, ReadOnlyMemory<byte>.Empty, qos: 1, retain: true).AsTask()));
        clear.Cleared?.Invoke();
    }

    private async ValueTask SendOneAsync(DeviceCommand command)
    {
        var now = _time.GetUtcNow();
        if (command.ExpiresAt <= now)
        {
            await _journal.WriteAsync(transaction =>
            {
                command.Drop(transaction);
                return command;
            });
            Dropped(command.Id);
            return;
        }

        // Answered since it was handed in: nobody needs to hear it again.
        if (_unanswered.ContainsKey(command.Id))
        {
            await _broker.Publish($"scanners/{command.Device}/commands", command.Payload(now), qos: 1, retain: false, command.ExpiresAt - now);
            foreach (var (topic, payload) in _translation?.Translate(command, now) ?? [])
            {
                await _broker.Publish(topic, payload, qos: 1, retain: false, command.ExpiresAt - now);
            }

            ModuleLog.CommandSent(_log, command.Do, command.Device, command.Enrollment, command.Id);
        }
    }

    private abstract record Letter;

    private sealed record SendCommand(DeviceCommand Command) : Letter;

    private sealed record RetainMessage(string Topic, byte[] Payload) : Letter;

    private sealed record ClearTopics(IReadOnlyList<string> Topics, Action? Cleared) : Letter;
}
