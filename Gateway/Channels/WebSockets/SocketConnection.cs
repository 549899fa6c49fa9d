using System.Net.WebSockets;
using Gateway.Journal;

namespace Gateway.Channels.WebSockets;

/// <summary>The life of one page's connection: a reader, a sender and a watch, whichever ends first ends all, then a polite close.</summary>
internal sealed class SocketConnection : IDisposable
{
    private readonly WebSocket _socket;
    private readonly SocketWire _wire;
    private readonly HttpContext _context;
    private readonly LiveServices _services;
    private readonly Outbox _outbox;
    private readonly SocketOps _ops;
    private readonly SocketSender _sender;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource<SocketClose> _sentAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started;
    private readonly MessageRate _rate;
    private readonly string _name;

    public SocketConnection(WebSocket socket, SocketWire wire, ISubscriberRights rights, HttpContext context, LiveServices services)
    {
        _socket = socket;
        _wire = wire;
        _context = context;
        _services = services;
        _outbox = new(services.Options.RepliesWaiting);
        Live = new(Transports.Socket, rights, context, services.Time.GetUtcNow(), () => _ops!.Followed());
        _name = Live.Id;
        _started = services.Time.GetTimestamp();
        _rate = new(services.Options.MessagesPerSecond);
        _ops = new(_name, rights, context, _outbox, _rate, services);
        _sender = new(socket, wire, _outbox, services);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    }

    public LiveConnection Live { get; }

    /// <summary>Closes it from outside: shutdown. On any thread.</summary>
    public void SendAway(SocketClose close) => _sentAway.TrySetResult(close);

    public async Task RunAsync()
    {
        ChannelsLog.Connected(_services.Log, _name, _ops.Rights.User);
        var sending = GuardAsync(_sender.RunAsync(_stop.Token, _context.RequestAborted));
        var reading = GuardAsync(ReadAsync(_context.RequestAborted));
        var watching = GuardAsync(WatchAsync(_stop.Token));
        using var ending = _ops.Rights.Ended.Register(() => SendAway(Refuse(SocketClose.Ticket)));
        var close = await await Task.WhenAny(reading, sending, watching, _sentAway.Task);
        await _stop.CancelAsync();
        await watching;
        await FinishAsync(close, sending, reading);
        await _ops.LeaveAllAsync();
        _sender.LeaveAll();
        ChannelsLog.Ended(_services.Log, _name, close.Code);
    }

    public void Dispose()
    {
        _outbox.Dispose();
        _stop.Dispose();
    }

    private async Task<SocketClose> ReadAsync(CancellationToken aborted)
    {
        var buffer = new MessageBuffer(_services.Options.MaxMessageBytes);
        while (true)
        {
            var received = await buffer.ReceiveAsync(_socket, aborted);
            if (_stop.IsCancellationRequested && received != Received.Close)
            {
                // Only the answer to our close is still of interest.
                continue;
            }

            switch (received)
            {
                case Received.Close:
                    return SocketClose.ByPage;
                case Received.TooBig:
                    return Refuse(SocketClose.TooBig);
                case Received.Binary:
                    return Refuse(SocketClose.BadMessage);
            }

            if (!_rate.TryTake(_services.Time.GetElapsedTime(_started)))
            {
                _services.Connections.TooFast(Live);
                return Refuse(SocketClose.Limit);
            }

            var request = SocketRequest.Parse(buffer.Message);
            if (request is null)
            {
                return Refuse(SocketClose.BadMessage);
            }

            if (await _ops.HandleAsync(request, _stop.Token) is { } close)
            {
                return close;
            }
        }
    }

    private async Task<SocketClose> WatchAsync(CancellationToken stop)
    {
        while (_ops.Rights.ExpiresAt - _services.Time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < _services.Options.Heartbeat ? left : _services.Options.Heartbeat, _services.Time, stop);
            if (_wire.SilentFor >= _services.Options.DeadPeer)
            {
                return Refuse(SocketClose.DeadPeer);
            }

            if (_ops.Rights.ExpiresAt > _services.Time.GetUtcNow())
            {
                _sender.Heartbeat();
            }
        }

        return Refuse(SocketClose.Ticket);
    }

    /// <summary>Ask, wait, abort: the frame that is being sent ends, the close is sent, its answer is awaited; each for a bounded time.</summary>
    private async Task FinishAsync(SocketClose close, Task sending, Task<SocketClose> reading)
    {
        var ending = sending;
        if (await EndsAsync(ending) && await EndsAsync(ending = SayAsync(close)) && await EndsAsync(ending = HearAsync(reading)))
        {
            return;
        }

        _context.Abort();
        await Task.WhenAll(sending, ending, reading);
    }

    private async Task<SocketClose> SayAsync(SocketClose close)
    {
        await GuardAsync(CloseAsync(close));
        return close;
    }

    private async Task<SocketClose> CloseAsync(SocketClose close)
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, close == SocketClose.ByPage ? null : close.Reason, CancellationToken.None);
        }

        // Or the framework has closed it, for what it could not read.
        await _wire.FlushBatchAsync(_context.RequestAborted);
        return close;
    }

    // The reader may have ended in the middle of a message; what comes until the answer is passed over.
    private async Task HearAsync(Task<SocketClose> reading)
    {
        await reading;
        var buffer = new MessageBuffer(_services.Options.MaxMessageBytes);
        while (_socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            await GuardAsync(buffer.PassOverAsync(_socket, _context.RequestAborted));
        }

        if (_wire.IsGivenUp)
        {
            await GuardAsync(_wire.PassOverAsync(_context.RequestAborted));
        }
    }

    private async Task<bool> EndsAsync(Task task)
    {
        try
        {
            await task.WaitAsync(_services.Options.CloseGrace, _services.Time);
            return true;
        }
        catch (TimeoutException)
        {
            ChannelsLog.Gone(_services.Log, _name, "it did not answer the close");
            return false;
        }
    }

    // The one place where the end of a loop is classified: gone pages are everyday, anything else is ours and said so.
    private async Task<SocketClose> GuardAsync(Task<SocketClose> loop)
    {
        try
        {
            return await loop;
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            ChannelsLog.Gone(_services.Log, _name, gone.Message);
            return SocketClose.ByPage;
        }
        catch (JournalUnavailableException unavailable)
        {
            // The store has told operators why; the page comes back when it may be over.
            ChannelsLog.Gone(_services.Log, _name, unavailable.Message);
            return Refuse(SocketClose.GoingAway);
        }
        catch (Exception broken)
        {
            ChannelsLog.Broken(_services.Log, broken, _name);
            return Refuse(SocketClose.GoingAway);
        }
    }

    private static SocketClose Refuse(int code) => SocketClose.Of(code, Random.Shared.NextDouble());
}
