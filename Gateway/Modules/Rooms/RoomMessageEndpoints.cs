using System.Text.Json;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>What is said in rooms, over HTTP: new, changed, taken back, looked up, and where each message got to.</summary>
internal static class RoomMessageEndpoints
{
    private const int MaxKey = 128;
    private const int MaxLimit = 200;

    public static void MapRoomMessages(this IEndpointRouteBuilder room)
    {
        room.MapPost("/messages", SayAsync);
        room.MapGet("/messages", HistoryAsync);
        room.MapPut("/messages/{message}", EditAsync);
        room.MapDelete("/messages/{message}", DeleteAsync);
        room.MapGet("/messages/{message}/receipts", ReceiptsAsync);
    }

    private static async Task<IResult> SayAsync(string id, HttpContext context, IJournal journal, ITicketDesk desk, RoomPublisher publisher)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var data = body.Value("data", RoomPublisher.MaxData);
        var key = body.OptionalText("key", MaxKey);
        var author = AuthorOf(desk, context);
        Spoken? spoken = null;
        var answer = await Idempotency.OnceAsync<SaidAnswer>(journal, Idempotency.Of(context, body), transaction =>
        {
            (spoken, var refusal) = RoomDesk.Say(transaction, id, author, data, key);
            return (spoken is null ? null : new(spoken.Seq, spoken.Id), refusal);
        });
        publisher.Spoken(spoken, author);
        return Results.Created($"/api/{RoomDesk.ChannelOf(id)}", answer);
    }

    private static async Task<IResult> HistoryAsync(
        string id, RoomHistory history, CancellationToken cancellation, long? before = null, int limit = 50)
    {
        PageBounds.Check(limit, before, MaxLimit);

        var (items, next) = await history.ReadAsync(id, before, limit, cancellation) ?? throw RequestRefusedException.Unknown("room", id);
        return Results.Json(new Dictionary<string, object?> { ["items"] = items, ["next"] = next });
    }

    private static async Task<IResult> EditAsync(
        string id, string message, HttpContext context, IJournal journal, ITicketDesk desk, ILogger<RoomPublisher> log)
    {
        var data = (await RequestBody.ReadAsync(context.Request)).Value("data", RoomPublisher.MaxData);
        var stored = await ChangeAsync(id, message, data, AuthorOf(desk, context), journal, log);
        return Results.Ok(new { seq = stored.Seq });
    }

    private static async Task<IResult> DeleteAsync(
        string id, string message, HttpContext context, IJournal journal, ITicketDesk desk, ILogger<RoomPublisher> log)
    {
        await ChangeAsync(id, message, data: null, AuthorOf(desk, context), journal, log);
        return Results.NoContent();
    }

    private static async Task<StoredEvent> ChangeAsync(
        string id, string message, JsonElement? data, RoomAuthor author, IJournal journal, ILogger<RoomPublisher> log)
    {
        var (changed, refusal) = await journal.WriteAsync(transaction => RoomDesk.Change(transaction, id, message, author, data));
        if (changed is null)
        {
            throw refusal!;
        }

        RoomLog.Changed(log, id, RoomLog.Word(author.User), RoomLog.Word(changed.Role), message, changed.Seq, changed.Stored.Type);
        return changed.Stored;
    }

    private static async Task<IResult> ReceiptsAsync(string id, string message, RoomDelivery delivery, CancellationToken cancellation)
    {
        var (kept, deliveries) = await delivery.OfAsync(id, message, cancellation) ?? throw RequestRefusedException.Unknown("message", message);
        return Results.Json(new Dictionary<string, object?> { ["message"] = message, ["seq"] = kept.Seq, ["items"] = deliveries, ["next"] = null });
    }

    private static RoomAuthor AuthorOf(ITicketDesk desk, HttpContext context)
    {
        var rights = desk.RightsOf(context);
        return new(rights.User, rights.Role, rights.IsStaff);
    }

    private sealed record SaidAnswer(long Seq, string Id);
}
