using System.Buffers;
using Gateway.Broker.Protocol;
using Gateway.Broker.Transport;

namespace Gateway.Broker.Sessions;

/// <summary>From the first byte to CONNACK: who it is, whose the client id is, and the take-over of who had it before.</summary>
internal sealed class Handshake(BrokerWorks works, IAuthenticator authenticator, SessionRegistry registry, SessionEnd end, ILogger log)
{
    private static readonly TimeSpan s_takeOverPatience = TimeSpan.FromSeconds(10);

    /// <summary>Null when the connection was refused or went away; the refusal is on its way then.</summary>
    public async Task<ClientConnection?> AcceptAsync(MqttLink link, bool isServerFull, CancellationToken stopping)
    {
        ConnectPacket? connect;
        try
        {
            connect = await ReadConnectAsync(link);
        }
        finally
        {
            works.Admission.Heard(link.Knock);
        }

        if (connect is null)
        {
            return null;
        }

        link.Lane.Version = connect.Version;
        if (Objection(link, connect, isServerFull) is { } objection)
        {
            return Refuse(link, connect, objection.Reason, objection.Sentence);
        }

        var clientId = connect.ClientId.Length > 0 ? connect.ClientId : $"auto-{Guid.CreateVersion7():N}";
        var attempt = new ConnectAttempt(clientId, connect.UserName, connect.Password, link.Peer.Remote, link.Peer.Encrypted);
        var authentication = await authenticator.AuthenticateAsync(attempt, stopping);
        if (authentication.Rights is not { } rights)
        {
            return Refuse(link, connect, authentication.Refusal, "the credentials are refused");
        }

        var client = new ClientConnection(link, connect, clientId, rights, works.Time.GetUtcNow());
        if (!rights.MayUseClientId(clientId) || !registry.TryClaim(client, out var previous))
        {
            return Refuse(link, connect, ReasonCode.ClientIdentifierNotValid, "the client id belongs to somebody else");
        }

        try
        {
            if (previous is not null)
            {
                await TakeOverAsync(previous, stopping);
            }

            return await OpenAsync(client, connect);
        }
        catch (BrokerStoreException)
        {
            await GiveUpAsync(client);
            return Refuse(link, connect, ReasonCode.ServerUnavailable, "the session could not be stored");
        }
        catch
        {
            await GiveUpAsync(client);
            throw;
        }
    }

    // It was never accepted: its client id is free again, and no will of it is owed.
    private async Task GiveUpAsync(ClientConnection client)
    {
        client.Will = null;
        await end.LeaveAsync(client);
        client.SetEnded();
    }

    private static ConnectPacket? TryParse(ref ReadOnlySequence<byte> buffer, int bound)
    {
        // MQTT-3.1.0-1, by the first byte: who speaks something else is not waited for and takes no memory
        if (buffer.FirstSpan is [var first, ..] && first != (byte)PacketType.Connect << 4)
        {
            throw ProtocolException.Silent($"the first byte is 0x{first:X2}, which begins no CONNECT");
        }

        Frame frame;
        try
        {
            if (!Frame.TryTake(ref buffer, bound, out frame))
            {
                return null;
            }
        }
        catch (ProtocolException broken) when (broken.Error.Reason == ReasonCode.MalformedPacket)
        {
            throw ProtocolException.Silent(broken.Message);
        }

        return ConnectPacket.Read(frame.Body.IsSingleSegment ? frame.Body.FirstSpan : frame.Body.ToArray());
    }

    private async ValueTask<ConnectPacket?> ReadConnectAsync(MqttLink link)
    {
        while (true)
        {
            var read = await link.Input.ReadAsync();
            var buffer = read.Buffer;
            ConnectPacket? connect = null;
            try
            {
                connect = link.IsClosing ? null : TryParse(ref buffer, works.Options.PacketBound);
            }
            finally
            {
                link.Input.AdvanceTo(buffer.Start, connect is null ? buffer.End : buffer.Start);
            }

            if (connect is not null || read.IsCompleted || link.IsClosing)
            {
                return connect;
            }
        }
    }

    private (ReasonCode Reason, string Sentence)? Objection(MqttLink link, ConnectPacket connect, bool isServerFull)
    {
        if (!works.Admission.MayConnect(link.Peer.Remote))
        {
            return (ReasonCode.ConnectionRateExceeded, "its address connects more often than Limits:ConnectRate allows");
        }

        if (isServerFull)
        {
            works.Admission.Full(link.Peer.Remote);
            return (ReasonCode.QuotaExceeded, "as many connections as Mqtt:MaxConnections allows are open");
        }

        if (connect.Properties.AuthenticationMethod is { } method)
        {
            return (ReasonCode.BadAuthenticationMethod, $"there is no authentication method {method}");
        }

        // MQTT-3.1.3-8 of 3.1.1
        if (connect is { ClientId.Length: 0, Version: ProtocolVersion.V311, CleanStart: false })
        {
            return (ReasonCode.ClientIdentifierNotValid, "an empty client id without clean session");
        }

        return connect.Will switch
        {
            { Qos: var qos } when qos > (works.Options.MaxQos ?? 2) => (ReasonCode.QosNotSupported, "the will has a QoS beyond Mqtt:MaxQos"),
            { Retain: true } when works.Options.RetainAvailable == false => (ReasonCode.RetainNotSupported, "the will is retained"),
            _ => null,
        };
    }

    // The old connection's will is published before the new one can say that it is there.
    private async Task TakeOverAsync(ClientConnection previous, CancellationToken stopping)
    {
        if (!previous.Link.IsClosing)
        {
            BrokerLog.TakenOver(log, previous.ClientId, previous.Remote);
        }

        previous.Close(ReasonCode.SessionTakenOver, "the client id connected again");
        await previous.Ended.WaitAsync(s_takeOverPatience, works.Time, stopping);
    }

    private async Task<ClientConnection?> OpenAsync(ClientConnection client, ConnectPacket connect)
    {
        if (registry.Open(client, connect.CleanStart) is not { } opening)
        {
            client.SetEnded();
            return null;
        }

        client.Session = opening.Session;
        if (opening.Ended is { } ended)
        {
            end.Forget(ended);
        }

        if (opening.Will is { } will)
        {
            await end.PublishWillAsync(will);
        }

        await KeepAsync(client, opening);
        var link = client.Link;
        link.ExpectWithin(TimeSpan.FromSeconds(1.5 * KeepAlive(connect)));
        var accepted = new ConnAckPacket(opening.IsPresent, ReasonCode.Success) { Properties = Announced(connect, client.ClientId) };
        if (!TrySend(link, connect, accepted))
        {
            client.Close(ReasonCode.PacketTooLarge, "the client takes no packet of the size of CONNACK");
            return client;
        }

        opening.Session.Attach(link, client.Rights, connect.Properties.ReceiveMaximum ?? ushort.MaxValue);
        link.StartDelivery(opening.Session, connect.Version, connect.Properties, client.Goodbye);
        return client;
    }

    // What was thrown away must not come back, and what is promised must be there after a restart; who has no state touches no disk.
    private Task KeepAsync(ClientConnection client, Opening opening)
    {
        if (!opening.Session.IsDurable)
        {
            return opening.Ended is { IsDurable: true } ? works.SessionStore.CommitAsync(static _ => { }) : Task.CompletedTask;
        }

        var row = new SessionRow(client.ClientId, client.Rights.Owner, client.SessionExpiry, null, client.Will, null);
        return works.SessionStore.CommitAsync(writes => writes.PutSession(row));
    }

    private ushort KeepAlive(ConnectPacket connect) =>
        connect.Version == ProtocolVersion.V500 && works.Options.ServerKeepAlive is { } server ? server : connect.KeepAlive;

    private Properties Announced(ConnectPacket connect, string clientId)
    {
        if (connect.Version == ProtocolVersion.V311)
        {
            return Properties.None;
        }

        return new()
        {
            AssignedClientIdentifier = connect.ClientId.Length == 0 ? clientId : null,
            TopicAliasMaximum = works.Options.TopicAliasMaximum,
            ReceiveMaximum = works.Options.ReceiveMaximum,
            MaximumQos = works.Options.MaxQos < 2 ? works.Options.MaxQos : null,
            RetainAvailable = works.Options.RetainAvailable == false ? (byte)0 : null,
            MaximumPacketSize = (uint?)works.Options.MaxPacketSize,
            ServerKeepAlive = works.Options.ServerKeepAlive,
        };
    }

    private ClientConnection? Refuse(MqttLink link, ConnectPacket connect, ReasonCode reason, string sentence)
    {
        works.Counts.Refused(reason);
        // Whose limit it is tells of it, once an episode.
        if (reason is not (ReasonCode.ConnectionRateExceeded or ReasonCode.QuotaExceeded))
        {
            BrokerLog.Refused(log, connect.ClientId, link.Peer.Remote, sentence, Words.Of(reason));
        }

        var error = new ProtocolError(reason, sentence);
        link.Close(error, new Goodbye(connect.Version, connect.Properties).Refuse(error));
        return null;
    }

    private static bool TrySend(MqttLink link, ConnectPacket connect, ConnAckPacket packet)
    {
        var bytes = new ArrayBufferWriter<byte>(16);
        packet.Write(bytes, connect.Version);
        if (bytes.WrittenCount > (connect.Properties.MaximumPacketSize ?? uint.MaxValue))
        {
            return false;
        }

        link.Lane.Send(bytes.WrittenSpan);
        return true;
    }
}
