using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.Http;

/// <summary>A page of events after a cursor; waits for the first one as a subscriber does, when there is none yet.</summary>
internal sealed class EventPoll(LiveServices services, IHostApplicationLifetime lifetime)
{
    /// <summary>Null when there is no such channel or feed.</summary>
    public async Task<EventPage?> ReadAsync(StreamName name, EventsQuery query, string client, ISubscriberRights rights, HttpContext context)
    {
        var arrived = new AsyncSignal();
        var wish = new SubscriptionWish(query.Cursor, PageSize: query.Limit, Rights: rights);
        using var opened = await services.Subscriptions.OpenAsync(name, wish, arrived.Set, context.RequestAborted);
        if (opened is null)
        {
            return null;
        }

        var line = await services.Receipts.LineAsync(name, client, rights.User, context.RequestAborted);
        var taken = opened.Resume.Reset ? new([], opened.Snapshot) : await opened.Subscription.TakeAsync(context.RequestAborted);
        if (taken.IsNothing && query.Wait > TimeSpan.Zero)
        {
            taken = await WaitAsync(opened.Subscription, arrived, query, line, rights, context);
        }

        if (taken.Anew is { } anew)
        {
            return new(anew, Reset: true, [], anew.State);
        }

        var events = taken.Events.Count <= query.Limit ? taken.Events : [.. taken.Events.Take(query.Limit)];
        if (events.Count > 0)
        {
            line.Sent(name.CursorOf(events[0]) - 1, name.CursorOf(events[^1]));
        }

        return new(opened.Snapshot, Reset: false, events, query.Cursor.Since == 0 ? opened.Snapshot.State : (ReadOnlyMemory<byte>?)null);
    }

    private async Task<Taken> WaitAsync(
        Subscription subscription, AsyncSignal arrived, EventsQuery query, ReceiptLine line, ISubscriberRights rights, HttpContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, rights.Ended);
        using var place = services.Connections.Take(
            new(Transports.Poll, rights, context, services.Time.GetUtcNow(), () => [new(subscription.Name, line.Subscriber, subscription.Progress)]));
        services.Attendance.Enter(subscription.Name, rights);
        line.Connected();
        try
        {
            return await arrived.WaitAsync(query.Wait, services.Time, stop.Token) ? await subscription.TakeAsync(stop.Token) : new([]);
        }
        catch (OperationCanceledException) when (rights.Ended.IsCancellationRequested)
        {
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "unauthenticated", "Your rights ended while you waited.");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The service stops: an empty page, and the next poll finds the service that comes after it.
            return new([]);
        }
        finally
        {
            line.Disconnected();
            services.Attendance.LeaveUnlessBack(subscription.Name, rights);
        }
    }
}

internal sealed record EventPage(StreamSnapshot Snapshot, bool Reset, IReadOnlyList<StoredEvent> Events, ReadOnlyMemory<byte>? State)
{
    // What was waited for is newer than the snapshot.
    private long Head => Events.Count == 0 ? Snapshot.Head : Math.Max(Snapshot.Head, Snapshot.Name.CursorOf(Events[^1]));

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("epoch"u8, Snapshot.Epoch);
        writer.WriteBoolean("reset"u8, Reset);
        // With a state, the head is what that state is the fold of.
        writer.WriteNumber("head"u8, State is null ? Head : Snapshot.Head);
        writer.WriteStartArray("events"u8);
        foreach (var stored in Events)
        {
            writer.WriteRawValue(stored.Json.Span, skipInputValidation: true);
        }

        writer.WriteEndArray();
        if (State is { } state)
        {
            writer.WritePropertyName("state"u8);
            writer.WriteRawValue(state.Span, skipInputValidation: true);
        }
    }
}
