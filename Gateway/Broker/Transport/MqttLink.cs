using System.Buffers;
using System.IO.Pipelines;
using Gateway.Broker.Protocol;
using Gateway.Broker.Sessions;

namespace Gateway.Broker.Transport;

/// <summary>The sending side of one connection: one loop that writes the control lane first, then what the session has, and flushes once a round.</summary>
internal sealed class MqttLink
{
    private readonly IDuplexPipe _pipe;
    private readonly Action _abort;
    private readonly TimeProvider _time;
    private readonly BrokerCounts _counts;
    private readonly Signal _wake = new();

    // set once, by Interlocked
    private Ending? _ending;

    // set once by the handshake before the wake that makes the loop see them
    private volatile Session? _source;
    private DeliveryWriter? _deliveries;
    private Goodbye? _goodbye;

    // the sending loop only
    private bool _hasWritten;

    // written by the read loop, read by the watch
    private long _lastReceived;
    private long _patience;
    private volatile bool _isHeld;

    public MqttLink(IDuplexPipe pipe, Peer peer, Action abort, MqttOptions options, BrokerCounts counts, TimeProvider time)
    {
        _counts = counts;
        _pipe = pipe;
        _abort = abort;
        _time = time;
        Peer = peer;
        Lane = new(options.MaxInflight, _wake);
        _lastReceived = time.GetTimestamp();
        _patience = options.ConnectTimeout.Ticks;
    }

    public Peer Peer { get; }

    public Countdown? Countdown { get; init; }

    public required Admission.Knock Knock { get; init; }

    public ControlLane Lane { get; }

    public PipeReader Input => _pipe.Input;

    public bool IsClosing => Volatile.Read(ref _ending) is not null;

    /// <summary>Why it ends; null is: the peer went away.</summary>
    public ProtocolError? EndReason => Volatile.Read(ref _ending)?.Error;

    /// <summary>Its input is left unread for a while, by our own choice.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set
        {
            Volatile.Write(ref _lastReceived, _time.GetTimestamp());
            _isHeld = value;
        }
    }

    public void Wake() => _wake.Set();

    public void Received(long bytes)
    {
        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        _counts.ReceivedBytes(bytes);
    }

    /// <summary>How long silence is borne from now on; zero is for ever (MQTT-3.1.2-22).</summary>
    public void ExpectWithin(TimeSpan patience)
    {
        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        Volatile.Write(ref _patience, patience.Ticks);
    }

    /// <summary>Its CONNECT was accepted.</summary>
    public bool IsAccepted => _goodbye is not null;

    public bool IsOverdue(long now)
    {
        var patience = Volatile.Read(ref _patience);
        return patience > 0 && !_isHeld && _time.GetElapsedTime(Volatile.Read(ref _lastReceived), now).Ticks > patience;
    }

    /// <summary>Ends the connection; an MQTT 5 client that has been accepted is told the reason.</summary>
    public void CloseFor(ProtocolError error) => Close(error, _goodbye?.Disconnect(error));

    /// <summary>From now on the session's messages go out here.</summary>
    public void StartDelivery(Session source, ProtocolVersion version, Properties client, Goodbye goodbye)
    {
        _deliveries = new(_pipe.Output, version, client, Countdown, _time);
        _goodbye = goodbye;
        _source = source;
        _wake.Set();
    }

    /// <summary>The first reason wins. Both loops end; the sending one says goodbye first when <paramref name="farewell"/> is given.</summary>
    public void Close(ProtocolError? error, byte[]? farewell = null)
    {
        if (Interlocked.CompareExchange(ref _ending, new(error, farewell), null) is null)
        {
            _wake.Set();
            Lane.MadeRoom();
            _pipe.Input.CancelPendingRead();
        }
    }

    public void Abort() => _abort();

    /// <summary>The loop; ends after the farewell, or when the peer is gone.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync();
                while (WriteRound())
                {
                    var flushed = await _pipe.Output.FlushAsync();
                    if (flushed.IsCompleted)
                    {
                        Close(error: null);
                        return;
                    }
                }

                if (IsClosing)
                {
                    await FarewellAsync();
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or OperationCanceledException)
        {
            // the transport is gone: the read loop learns it the same way
            Close(error: null);
        }
    }

    /// <summary>Takes input until the peer is quiet or the time is over: an unread byte would turn our close into a reset that destroys the farewell.</summary>
    public async Task DrainAsync(TimeSpan quiet, TimeSpan atMost)
    {
        using var end = new CancellationTokenSource(atMost, _time);
        try
        {
            while (!end.IsCancellationRequested)
            {
                using var pause = new CancellationTokenSource(quiet, _time);
                var read = await _pipe.Input.ReadAsync(pause.Token);
                _pipe.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or InvalidOperationException)
        {
            // quiet, or gone: either way nothing more is to be taken
            return;
        }
    }

    /// <summary>Moves the answers that are ready into the pipe; the sending loop only. False when there were none.</summary>
    public bool WriteAnswers() => Lane.Drain(_pipe.Output);

    private bool WriteRound()
    {
        var wrote = _source is { } source && !IsClosing ? DeliverFrom(source) : WriteAnswers();
        _hasWritten |= wrote;
        return wrote;
    }

    private bool DeliverFrom(Session source)
    {
        var deliveries = _deliveries!;
        deliveries.BeginRound();
        var hasAnswered = source.Deliver(this, deliveries);
        if (deliveries.HasWritten)
        {
            _counts.SentRound(deliveries.Messages, deliveries.Written);
        }

        return hasAnswered || deliveries.HasWritten;
    }

    private async ValueTask FarewellAsync()
    {
        // MQTT-3.2.0-1: nothing goes out before CONNACK, which is written by now, or is the farewell itself
        if (_ending!.Farewell is { } farewell && (_hasWritten || farewell[0] == (byte)PacketType.ConnAck << 4))
        {
            _pipe.Output.Write(farewell);
            await _pipe.Output.FlushAsync();
        }
    }

    private sealed record Ending(ProtocolError? Error, byte[]? Farewell);
}
