using System.Globalization;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>Commands that a person gives a scanner; what it answers is on its channel.</summary>
internal static class CommandEndpoints
{
    // Of use only while somebody waits for it.
    private static readonly TimeSpan BriefLifetime = TimeSpan.FromSeconds(30);

    // Waits for a scanner that is away: until it has answered, the slot stays taken.
    private static readonly TimeSpan DeleteLifetime = TimeSpan.FromHours(24);

    public static void MapCommands(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/devices/{id}/commands", SendAsync);
        routes.MapGet("/api/devices/{id}/commands", WaitingAsync);
        routes.MapGet("/api/devices/{id}/slots", SlotsAsync);
    }

    private static async Task<IResult> SendAsync(string id, HttpContext context, IJournal journal, CommandPost post)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var order = body.OptionalChoice("do", "ping", "locate", "restart", DeviceCommand.Delete)
            ?? throw RequestRefusedException.Invalid("do", "do is missing.");
        var slot = body.OptionalNumber("slot", 0, DeviceTopics.MaxSlot);
        if (slot is null == (order == DeviceCommand.Delete))
        {
            throw RequestRefusedException.Invalid("slot", slot is null ? "slot is missing: which one is to be deleted?" : $"slot has no meaning with {order}.");
        }

        var answer = await Idempotency.OnceAsync<CommandAnswer, DeviceCommand>(
            journal,
            Idempotency.Of(context, body),
            transaction =>
            {
                if (Obstacle(transaction, id, order, slot) is { } refused)
                {
                    return (null, refused, null);
                }

                var made = Make(transaction, id, order, slot);
                made.Keep(transaction);
                return (new(made.Id, id, order, slot, made.ExpiresAt), null, made);
            },
            post.Send);
        AuditTrail.Changed(context, "do", from: null, order);
        AuditTrail.Changed(context, "slot", from: null, slot?.ToString(CultureInfo.InvariantCulture));
        return Results.Created($"/api/{Devices.ChannelOf(id)}", answer);
    }

    private static DeviceCommand Make(JournalTransaction transaction, string device, string order, int? slot) => new()
    {
        Id = transaction.NewId(),
        Device = device,
        Do = order,
        Slot = slot,
        ExpiresAt = transaction.Now + (order == DeviceCommand.Delete ? DeleteLifetime : BriefLifetime),
    };

    private static RequestRefusedException? Obstacle(JournalTransaction transaction, string id, string order, int? slot)
    {
        if (Devices.Find(transaction, id) is not { } device)
        {
            return RequestRefusedException.Unknown("device", id);
        }

        if (order != DeviceCommand.Delete)
        {
            return device.Online ? null : new(
                StatusCodes.Status409Conflict, "device_offline", $"Scanner {id} is offline; check its power and Wi-Fi. Only delete waits for it.");
        }

        return DeviceSlots.Of(transaction, id).TryGetValue(slot!.Value, out var use) && use.At is null
            ? new(StatusCodes.Status409Conflict, "device_busy", $"Slot {slot} of scanner {id} is being enrolled for {use.Person}; cancel that first.", "slot",
                new Dictionary<string, object?> { ["holder"] = use.Enrollment })
            : null;
    }

    /// <summary>What the scanner has not answered yet, first said first: the fingers that it is still to delete among them.</summary>
    private static async Task<IResult> WaitingAsync(string id, IJournal journal, CommandPost post)
    {
        var device = await journal.WriteAsync(transaction => Devices.Find(transaction, id)) ?? throw RequestRefusedException.Unknown("device", id);
        var items = post.Unanswered(device.Id).OrderBy(command => command.Id, StringComparer.Ordinal)
            .Select(command => new CommandAnswer(command.Id, device.Id, command.Do, command.Slot, command.ExpiresAt)).ToList();
        return Results.Json(new Dictionary<string, object?> { ["items"] = items, ["next"] = null });
    }

    private static async Task<IResult> SlotsAsync(string id, IJournal journal)
    {
        var (device, slots) = await journal.WriteAsync(transaction => (Devices.Find(transaction, id), DeviceSlots.Of(transaction, id)));
        var capacity = (device ?? throw RequestRefusedException.Unknown("device", id)).Capacity ?? DeviceState.AssumedCapacity;
        var items = slots.Select(entry => new SlotItem(entry.Key, entry.Value.Person, entry.Value.Enrollment, entry.Value.At)).ToList();
        return Results.Json(new Dictionary<string, object?> { ["items"] = items, ["next"] = null, ["capacity"] = capacity });
    }

    private sealed record CommandAnswer(string Id, string Device, string Do, int? Slot, DateTimeOffset ExpiresAt);

    private sealed record SlotItem(int Slot, string Person, string Enrollment, DateTimeOffset? At);
}
