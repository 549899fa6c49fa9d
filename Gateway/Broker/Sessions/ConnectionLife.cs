using System.Buffers;
using Gateway.Broker.Protocol;
using Gateway.Broker.Transport;

namespace Gateway.Broker.Sessions;

/// <summary>The life of a connection in one place: handshake, reading, the end with will and session, the gentle close.</summary>
internal sealed class ConnectionLife(BrokerWorks works, Handshake handshake, SessionEnd end, ListenerSet listeners, ILogger log)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync(MqttLink link, bool isServerFull, CancellationToken stopping)
    {
        var sending = link.RunAsync();
        ClientConnection? client = null;
        try
        {
            client = await handshake.AcceptAsync(link, isServerFull, stopping);
            if (client is not null)
            {
                await ServeAsync(client, new(client, works));
            }
        }
        catch (ProtocolException broken)
        {
            Refuse(link, client, broken.Error);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or TimeoutException)
        {
            link.Close(error: null);
        }
        catch (Exception failed)
        {
            BrokerLog.Failed(log, client?.ClientId, failed);
            link.Close(new(ReasonCode.UnspecifiedError, failed.Message));
        }
        finally
        {
            link.Close(error: null);
            await CloseAsync(link, sending);
        }
    }

    private async Task ServeAsync(ClientConnection client, PacketDispatcher dispatcher)
    {
        var link = client.Link;
        BrokerLog.Connected(log, client.ClientId, client.Remote, client.Transport, Words.Of(client.Version));
        try
        {
            // At once where they ended while the session was opened.
            using var ending = client.Rights.Ended.Register(() => client.Close(ReasonCode.AdministrativeAction, "its rights have ended"));
            listeners.Connected(client);
            await ReadAsync(link, dispatcher);
        }
        catch (ProtocolException broken)
        {
            Refuse(link, client, broken.Error);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            link.Close(error: null);
        }
        catch (BrokerStoreException failed)
        {
            BrokerLog.SessionNotCommitted(log, client.ClientId, failed);
            client.Close(ReasonCode.ImplementationSpecificError, failed.Message);
        }
        catch (Exception failed)
        {
            // a fault of ours: this client is told so, the others go on
            BrokerLog.Failed(log, client.ClientId, failed);
            client.Close(ReasonCode.ImplementationSpecificError, "the service failed; its log says how");
        }
        finally
        {
            link.Close(error: null);
            await EndAsync(client);
        }
    }

    private static async Task ReadAsync(MqttLink link, PacketDispatcher dispatcher)
    {
        var unread = 0L;
        while (!link.IsClosing)
        {
            var read = await link.Input.ReadAsync();
            var buffer = read.Buffer;
            if (buffer.Length > unread)
            {
                link.Received(buffer.Length - unread);
            }

            var state = ReadState.Waits;
            try
            {
                state = Dispatch(link, dispatcher, ref buffer);
            }
            finally
            {
                // where the lane is full, whole packets are left and must be seen again without new bytes
                unread = buffer.Length;
                link.Input.AdvanceTo(buffer.Start, state == ReadState.IsFull ? buffer.Start : buffer.End);
            }

            if (state == ReadState.Over || (read.IsCompleted && state != ReadState.IsFull))
            {
                return;
            }

            if (dispatcher.MustWait)
            {
                await dispatcher.WaitAsync();
            }
        }
    }

    private static ReadState Dispatch(MqttLink link, PacketDispatcher dispatcher, ref ReadOnlySequence<byte> buffer)
    {
        while (!link.IsClosing)
        {
            if (dispatcher.MustWait)
            {
                return ReadState.IsFull;
            }

            if (!Frame.TryTake(ref buffer, dispatcher.PacketBound, out var frame))
            {
                return ReadState.Waits;
            }

            if (!dispatcher.Handle(frame))
            {
                return ReadState.Over;
            }
        }

        return ReadState.Over;
    }

    private void Refuse(MqttLink link, ClientConnection? client, ProtocolError error)
    {
        works.Counts.Rejected(error.Reason);
        if (client is null)
        {
            BrokerLog.Stranger(log, link.Peer.Remote, error.Sentence, Words.Of(error.Reason));

            // answered in the form of MQTT 5, whatever version it asked for
            link.Close(error, error.Answered ? [(byte)PacketType.ConnAck << 4, 3, 0, (byte)error.Reason, 0] : null);
        }
        else if (error.Answered)
        {
            client.Close(error.Reason, error.Sentence);
        }
        else
        {
            link.Close(error);
        }
    }

    private async Task EndAsync(ClientConnection client)
    {
        try
        {
            await end.LeaveAsync(client);
        }
        finally
        {
            client.SetEnded();
        }

        listeners.Disconnected(client);
        if (client.Link.EndReason is { } reason)
        {
            BrokerLog.Disconnected(log, client.ClientId, client.Remote, reason.Sentence, Words.Of(reason.Reason));
        }
        else
        {
            BrokerLog.Lost(log, client.ClientId, client.Remote);
        }
    }

    private async Task CloseAsync(MqttLink link, Task sending)
    {
        try
        {
            await sending.WaitAsync(works.Options.CloseTimeout, works.Time);
            await link.DrainAsync(s_quiet, works.Options.CloseTimeout);
        }
        catch (TimeoutException)
        {
            // it takes nothing any more: the farewell has to be given up
            link.Abort();
            await sending;
        }
    }

    private enum ReadState
    {
        Waits,
        IsFull,
        Over,
    }
}
