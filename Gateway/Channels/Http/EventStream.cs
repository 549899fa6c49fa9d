using System.Buffers;
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
    public async Task<bool> RunAsync(StreamName name, ISubscriberRights rights, HttpContext context)
    {
        var cursor = EventsQuery.ReadLive(context.Request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var arrived = new AsyncSignal();
        using var opened = await services.Subscriptions.OpenAsync(name, cursor, fromHead: false, arrived.Set, stop.Token);
        if (opened is null)
        {
            return false;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var client = context.Request.Query["client"].ToString() is { Length: > 0 and <= 128 } named ? named : $"sse-{context.Connection.Id}";
        var line = services.Receipts.Line(name, client, rights.User);
        try
        {
            await context.Response.BodyWriter.WriteAsync(Start(opened), stop.Token);
            await AttendAsync(opened, arrived, line, rights, context, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stream simply ends; its reader comes back with Last-Event-ID.
            ChannelsLog.Gone(services.Log, client, "it left, or the service stops");
        }

        return true;
    }

    private async Task AttendAsync(
        OpenSubscription opened, AsyncSignal arrived, ReceiptLine line, ISubscriberRights rights, HttpContext context, CancellationToken stop)
    {
        services.Attendance.Enter(opened.Snapshot.Name, rights);
        line.Connected();
        try
        {
            while (rights.ExpiresAt > services.Time.GetUtcNow())
            {
                var events = await opened.Subscription.TakeAsync(stop);
                if (events.Count > 0)
                {
                    await SendAsync(events, opened.Snapshot, line, context, stop);
                }
                else if (!await arrived.WaitAsync(services.Options.Heartbeat, services.Time, stop))
                {
                    await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(
                        $"event: heartbeat\ndata: {{\"at\":\"{ContractJson.Time(services.Time.GetUtcNow())}\"}}\n\n"), stop);
                }
            }
        }
        finally
        {
            line.Disconnected();
            services.Attendance.Leave(opened.Snapshot.Name, rights);
        }
    }

    private static async Task SendAsync(
        IReadOnlyList<StoredEvent> events, StreamSnapshot snapshot, ReceiptLine line, HttpContext context, CancellationToken stop)
    {
        var writer = context.Response.BodyWriter;
        foreach (var stored in events)
        {
            writer.Write(Encoding.UTF8.GetBytes($"id: {snapshot.Epoch}:{snapshot.Name.CursorOf(stored)}\ndata: "));
            writer.Write(stored.Json.Span);
            writer.Write("\n\n"u8);
        }

        await writer.FlushAsync(stop);
        line.Sent(snapshot.Name.CursorOf(events[0]) - 1, snapshot.Name.CursorOf(events[^1]));
    }

    private static ReadOnlyMemory<byte> Start(OpenSubscription opened)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("event: subscribed\ndata: "u8);
        using (var writer = new Utf8JsonWriter(buffer, StateJson.WriterOptions))
        {
            writer.WriteStartObject();
            Frames.WriteStart(writer, opened);
            writer.WriteEndObject();
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenMemory;
    }
}
