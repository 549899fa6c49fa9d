using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gateway.Channels.WebSockets;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.Http;

/// <summary>Server-sent events: the same subscription as over WebSocket, for pages behind something that speaks only HTTP.</summary>
internal sealed class EventStream(LiveServices services, IHostApplicationLifetime lifetime)
{
    /// <summary>False when there is no such channel or feed, and nothing was answered.</summary>
    public async Task<bool> RunAsync(StreamName name, ISubscriberRights rights, string? client, HttpContext context)
    {
        var cursor = EventsQuery.ReadLive(context.Request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, rights.Ended);
        var arrived = new AsyncSignal();
        using var opened = await services.Subscriptions.OpenAsync(name, new(cursor, Rights: rights), arrived.Set, stop.Token);
        if (opened is null)
        {
            return false;
        }

        ReceiptLine? line = null;
        var live = new LiveConnection(
            Transports.Stream, rights, context, services.Time.GetUtcNow(), () => [new(name, line!.Subscriber, opened.Subscription.Progress)]);
        line = await services.Receipts.LineAsync(name, client ?? live.Id, rights.User, stop.Token);
        using var place = services.Connections.Take(live);
        var ended = new AsyncSignal();
        var watching = WatchAsync(TcpPeer.Of(context, services.Time), context, ended);
        try
        {
            await StartAsync(opened.Snapshot, opened.Resume.Reset, context.Response, stop.Token);
            await AttendAsync(opened, arrived, line, rights, context.Response, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            ChannelsLog.Gone(services.Log, live.Id, "it left, its rights ended, or the service stops");
            await SendAwayAsync(context);
        }
        catch (JournalUnavailableException unavailable) when (context.Response.HasStarted)
        {
            ChannelsLog.Gone(services.Log, live.Id, unavailable.Message);
        }
        finally
        {
            ended.Set();
            await watching;
        }

        return true;
    }

    // The stream simply ends. When the service stops, its readers come back with Last-Event-ID, each at another moment.
    private async Task SendAwayAsync(HttpContext context)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            var close = SocketClose.Drain(services.Connections.Drain(), Random.Shared.NextDouble());
            await WriteAsync(context.Response, Encoding.UTF8.GetBytes($"retry: {close.RetryMs}\n\n"), frames: 0, context.RequestAborted);
        }
    }

    private async Task WatchAsync(TcpPeer peer, HttpContext context, AsyncSignal ended)
    {
        while (!await ended.WaitAsync(services.Options.Heartbeat, services.Time, CancellationToken.None))
        {
            if (peer.SilentFor >= services.Options.DeadPeer)
            {
                context.Abort();
                return;
            }
        }
    }

    private Task StartAsync(StreamSnapshot snapshot, bool isReset, HttpResponse response, CancellationToken stop)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        return TellStateAsync(snapshot, isReset, response, stop);
    }

    private async Task TellStateAsync(StreamSnapshot snapshot, bool isReset, HttpResponse response, CancellationToken stop)
    {
        var start = StateJson.Object(writer => Frames.WriteStart(writer, snapshot, isReset));
        response.BodyWriter.Write("event: subscribed\ndata: "u8);
        response.BodyWriter.Write(start.Span);
        await WriteAsync(response, "\n\n"u8.ToArray(), frames: 1, stop);
    }

    private async Task AttendAsync(
        OpenSubscription opened, AsyncSignal arrived, ReceiptLine line, ISubscriberRights rights, HttpResponse response, CancellationToken stop)
    {
        services.Attendance.Enter(opened.Snapshot.Name, rights);
        line.Connected();
        try
        {
            while (rights.ExpiresAt > services.Time.GetUtcNow() && !opened.Subscription.IsOver)
            {
                var taken = await opened.Subscription.TakeAsync(stop);
                if (taken.Anew is { } snapshot)
                {
                    ChannelsLog.Overtaken(services.Log, snapshot.Name.ToString(), line.Subscriber);
                    await TellStateAsync(snapshot, isReset: true, response, stop);
                }
                else if (taken.Events.Count > 0)
                {
                    await SendAsync(taken.Events, opened.Snapshot, line, response, stop);
                }
                else if (!await arrived.WaitAsync(services.Options.Heartbeat, services.Time, stop))
                {
                    var beat = $"event: heartbeat\ndata: {{\"at\":\"{ContractJson.Time(services.Time.GetUtcNow())}\"}}\n\n";
                    await WriteAsync(response, Encoding.UTF8.GetBytes(beat), frames: 1, stop);
                }
            }
        }
        finally
        {
            line.Disconnected();
            services.Attendance.Leave(opened.Snapshot.Name, rights);
        }
    }

    private async Task SendAsync(
        IReadOnlyList<StoredEvent> events, StreamSnapshot snapshot, ReceiptLine line, HttpResponse response, CancellationToken stop)
    {
        foreach (var stored in events)
        {
            response.BodyWriter.Write(Encoding.UTF8.GetBytes($"id: {snapshot.Epoch}:{snapshot.Name.CursorOf(stored)}\ndata: "));
            response.BodyWriter.Write(stored.Json.Span);
            response.BodyWriter.Write("\n\n"u8);
        }

        await WriteAsync(response, ReadOnlyMemory<byte>.Empty, events.Count, stop);
        line.Sent(snapshot.Name.CursorOf(events[0]) - 1, snapshot.Name.CursorOf(events[^1]));
        if (events[0].AppendedAt > 0)
        {
            services.Meters.Delivered(Stopwatch.GetElapsedTime(events[0].AppendedAt));
        }
    }

    private async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> last, int frames, CancellationToken stop)
    {
        var writer = response.BodyWriter;
        writer.Write(last.Span);
        var bytes = writer.CanGetUnflushedBytes ? (int)writer.UnflushedBytes : last.Length;
        await writer.FlushAsync(stop);
        services.Meters.Sent(Transports.Stream, frames, bytes);
    }
}
