using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Gateway.Broker.Transport;

/// <summary>A WebSocket as a pair of pipes: packets may be split and joined across frames as the peer likes (MQTT-6.0.0-2), only binary ones count.</summary>
internal sealed class WebSocketPipe : IDuplexPipe, IDisposable
{
    private const int ReceiveSize = 4 * 1024;

    private readonly WebSocket _socket;

    // The writer of Output waits until its bytes are on the socket: the session keeps what does not fit, not this pipe.
    private readonly Pipe _received = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _sending = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));
    private readonly CancellationTokenSource _aborted;

    public WebSocketPipe(WebSocket socket, TimeProvider time)
    {
        _socket = socket;
        _aborted = new(Timeout.InfiniteTimeSpan, time);
    }

    public PipeReader Input => _received.Reader;

    public PipeWriter Output => _sending.Writer;

    /// <summary>Serves one MQTT connection over the socket; done when both directions are.</summary>
    public static async Task ServeAsync(WebSocket socket, MqttBroker broker, Peer peer)
    {
        using var pipe = new WebSocketPipe(socket, broker.Time);
        var receiving = pipe.ReceiveAsync();
        var sending = pipe.SendAsync();
        try
        {
            await broker.ServeAsync(pipe, peer, pipe._aborted.Cancel);
        }
        finally
        {
            await pipe.Output.CompleteAsync();
            await sending;
            await pipe.Input.CompleteAsync();

            // the peer answers our close frame; should it not, it is cut off
            pipe._aborted.CancelAfter(broker.CloseTimeout);
            await receiving;
        }
    }

    public void Dispose() => _aborted.Dispose();

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var memory = _received.Writer.GetMemory(ReceiveSize);
                var part = await _socket.ReceiveAsync(memory, _aborted.Token);
                if (part.MessageType != WebSocketMessageType.Binary)
                {
                    // MQTT-6.0.0-1: a text frame ends the connection, as does the peer's close
                    return;
                }

                _received.Writer.Advance(part.Count);
                var flushed = await _received.Writer.FlushAsync();
                if (flushed.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // the reader of Input sees the end
            return;
        }
        finally
        {
            await _received.Writer.CompleteAsync();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var read = await _sending.Reader.ReadAsync();
                foreach (var part in read.Buffer)
                {
                    await _socket.SendAsync(part, WebSocketMessageType.Binary, endOfMessage: true, _aborted.Token);
                }

                _sending.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, _aborted.Token);
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // the writer of Output sees that nobody reads any more
            return;
        }
        finally
        {
            await _sending.Reader.CompleteAsync();
        }
    }
}
