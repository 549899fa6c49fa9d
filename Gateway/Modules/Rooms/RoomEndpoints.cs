using Gateway.Access;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>Rooms over HTTP; snapshot, events and receipts of their channels are served for all kinds alike.</summary>
internal static class RoomEndpoints
{
    private const int MaxName = 128;

    public static IServiceCollection AddRooms(this IServiceCollection services) => services
        .AddSingleton<IChannelKind, RoomKind>().AddSingleton<RoomWatch>().AddSingleton<RoomHistory>().AddSingleton<RoomDelivery>()
        .AddSingleton<IKioskReach, KioskRooms>().AddSingleton<IChannelRule, RoomMembers>()
        .AddSingleton<RoomPublisher>().AddSingleton<IChannelPublisher>(provider => provider.GetRequiredService<RoomPublisher>());

    public static void MapRooms(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/rooms", CreateAsync);
        routes.MapGet("/api/rooms", ListAsync);
        var room = routes.MapGroup("/api/rooms/{id}").AddEndpointFilter(AskAsync);
        room.MapPost("/participants", JoinAsync);
        room.MapDelete("/participants", LeaveAsync);
        room.MapDelete("/participants/{user}", LeaveAsync);
        room.MapPost("/read", MarkAsync);
        room.MapRoomMessages();
    }

    /// <summary>What is in a room is for whom may follow it.</summary>
    private static async ValueTask<object?> AskAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var (context, id) = (call.HttpContext, call.HttpContext.Request.RouteValues["id"] as string);
        var rights = context.RequestServices.GetRequiredService<ITicketDesk>().RightsOf(context);
        return !StreamName.TryParse($"{RoomDesk.Kind}/{id}", out var name) ? throw RequestRefusedException.Unknown("room", id ?? "")
            : await rights.MaySubscribeAsync(name, context.RequestAborted) ? await next(call)
            : throw new RequestRefusedException(StatusCodes.Status403Forbidden, "forbidden", $"{name} is not yours to follow.");
    }

    private static async Task<IResult> CreateAsync(HttpContext context, IJournal journal, ITicketDesk desk, ILogger<RoomPublisher> log)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var name = body.Text("name", MaxName);
        var participants = body.Objects("participants", RoomDesk.MaxParticipants).Select(Member).ToList();
        if (participants.GroupBy(participant => participant.User).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw RequestRefusedException.Invalid("participants", $"participants names '{twice.Key}' twice.");
        }

        var by = desk.RightsOf(context).User;
        RoomState? made = null;
        var first = await Idempotency.OnceAsync<FirstAnswer>(journal, Idempotency.Of(context, body), transaction =>
        {
            made = RoomDesk.Create(transaction, name, participants, by);
            return (new(made, transaction.Seq(RoomDesk.ChannelOf(made.Id))), null);
        });
        foreach (var participant in made?.Participants ?? [])
        {
            RoomLog.Member(
                log, first.State.Id, RoomLog.Word(participant.User), RoomLog.Word(participant.Role), RoomEvents.Joined, RoomLog.Word(by));
        }

        return Created.At(RoomDesk.ChannelOf(first.State.Id), journal.Epoch, first.Seq, first.State);
    }

    private static Task<IResult> ListAsync(
        HttpContext context, IJournal journal, ITicketDesk desk, CancellationToken cancellation, string? user = null, int limit = 50, long? before = null)
    {
        var rights = desk.RightsOf(context);
        return FeedList.AnswerAsync<RoomState>(
            journal,
            RoomDesk.Kind,
            before,
            limit,
            room => (user is null || room.Find(user) is not null) && RoomRules.MayRead(room, rights.User, rights.IsStaff),
            cancellation);
    }

    private static async Task<IResult> JoinAsync(
        string id, HttpContext context, IJournal journal, ITicketDesk desk, RoomWatch watch, ILogger<RoomPublisher> log)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var (user, role) = Member(body);
        var by = desk.RightsOf(context).User;
        var hasJoined = false;
        var first = await Idempotency.OnceAsync<FirstAnswer>(journal, Idempotency.Of(context, body), transaction =>
        {
            var before = RoomDesk.Find(transaction, id) is null ? 0 : transaction.Seq(RoomDesk.ChannelOf(id));
            var (state, refusal) = RoomDesk.Join(transaction, id, user, role, by);
            var seq = state is null ? 0 : transaction.Seq(RoomDesk.ChannelOf(id));
            hasJoined = seq > before;
            return (state is null ? null : new(state, seq), refusal);
        });
        if (hasJoined)
        {
            RoomLog.Member(log, id, RoomLog.Word(user), RoomLog.Word(role), RoomEvents.Joined, RoomLog.Word(by));
            watch.Joined(id);
        }

        return Created.At(RoomDesk.ChannelOf(id), journal.Epoch, first.Seq, first.State);
    }

    private static async Task<IResult> LeaveAsync(
        string id, HttpContext context, IJournal journal, ITicketDesk desk, ILogger<RoomPublisher> log, string? user = null)
    {
        var leaver = user ?? (await RequestBody.ReadAsync(context.Request)).Text("user", MaxName);
        var by = desk.RightsOf(context).User;
        var (role, refusal) = await journal.WriteAsync(transaction =>
        {
            var known = RoomDesk.Find(transaction, id)?.Find(leaver);
            return (known?.Role, RoomDesk.Leave(transaction, id, leaver, by));
        });
        if (refusal is not null)
        {
            throw refusal;
        }

        RoomLog.Member(log, id, RoomLog.Word(leaver), RoomLog.Word(role), RoomEvents.Left, RoomLog.Word(by));
        return Results.NoContent();
    }

    /// <summary>The same as <c>read</c> over WebSocket, for who reads the history by HTTP.</summary>
    private static async Task<IResult> MarkAsync(string id, HttpContext context, IJournal journal, ITicketDesk desk, Receipts receipts)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var seq = body.OptionalLong("seq", 0, long.MaxValue) ?? throw RequestRefusedException.Invalid("seq", "seq is missing.");
        var client = body.OptionalText("client", MaxName);
        var user = desk.RightsOf(context).User;
        if (!ChannelName.TryParse($"{RoomDesk.Kind}/{id}", out var channel)
            || await journal.SnapshotAsync(channel, context.RequestAborted) is not { } snapshot)
        {
            throw RequestRefusedException.Unknown("room", id);
        }

        if (seq > snapshot.Seq)
        {
            throw RequestRefusedException.Invalid("seq", $"seq {seq} is beyond the head, {snapshot.Seq}.");
        }

        (await receipts.LineAsync(StreamName.Of(channel), client ?? Receipts.SubscriberOf(user), user, context.RequestAborted)).Read(seq);
        return Results.NoContent();
    }

    private static (string User, string? Role) Member(RequestBody body) => (body.Text("user", MaxName), body.OptionalText("role", MaxName));

    private sealed record FirstAnswer(RoomState State, long Seq);
}
