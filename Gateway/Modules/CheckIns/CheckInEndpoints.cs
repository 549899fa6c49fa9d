using System.Globalization;
using System.Text;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.CheckIns;

/// <summary>Check-ins over HTTP; snapshot, events and receipts of their channels are served for all kinds alike.</summary>
internal static class CheckInEndpoints
{
    private const int MaxDays = 62;

    public static IServiceCollection AddCheckIns(this IServiceCollection services) => services
        .AddSingleton<IChannelKind, CheckInKind>().AddSingleton<IProjection, DirectionCleaning>()
        .AddSingleton<Timetables>().AddSingleton<CheckInDesk>().AddSingleton<CheckInClock>().AddSingleton<CheckInStats>().AddSingleton<Attendance>()
        .AddSingleton<IModuleTopics, CheckInTopics>().AddSingleton<IKioskReach, KioskSite>()
        .AddSingleton<IForgets, CheckInMemory>();

    public static void MapCheckIns(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/checkins", (IJournal journal, CancellationToken cancellation, int limit = 50, long? before = null) =>
            FeedList.AnswerAsync<SiteState>(journal, CheckInDesk.Kind, before, limit, _ => true, cancellation));
        routes.MapPost("/api/checkins", EnterAsync);
        routes.MapGet("/api/checkins/{site}/stats", (string site, CheckInStats stats, CancellationToken cancellation) =>
            stats.OfAsync(Site(site), cancellation));
        routes.MapGet("/api/checkins/{site}/history", HistoryAsync);
        routes.MapDelete("/api/checkins/{site}/events/{seq}", TakeBackAsync);
        routes.MapGet("/api/stats", (CheckInStats stats, CancellationToken cancellation) => stats.AllAsync(cancellation));
        routes.MapGet("/api/attendance", AttendanceOf);
        routes.MapPut("/api/devices/{id}/direction", DirectAsync);
    }

    private static async Task<IResult> EnterAsync(
        HttpContext context, IJournal journal, CheckInDesk desk, TimeProvider time, ILogger<CheckInDesk> log)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var site = Site(body.Text("site", max: 32));
        var person = body.Person();
        var direction = ParseDirection(body.OptionalChoice("direction", "in", "out"));
        var at = At(body, time.GetUtcNow());
        var by = HttpAccess.IdentityOf(context).Shown;
        StoredEvent? stored = null;
        var entered = await Idempotency.OnceAsync<Entered>(journal, Idempotency.Of(context, body), transaction =>
        {
            // Who says the direction means it, however soon after the last one.
            var mark = new Mark(at ?? transaction.Now, direction ?? Direction.Toggle, IsGuarded: direction is null, Device: null, Location: null);
            stored = desk.Take(transaction, new(site, person) { By = by }, mark);
            return (new(Encoding.UTF8.GetString(stored.Json.Span)), null);
        });
        if (stored is not null)
        {
            CheckInLog.Entered(log, site, stored.Type, person, by, stored.Position);
        }

        context.Response.Headers.Location = $"/api/{CheckInDesk.ChannelOf(site)}";
        return Results.Text(entered.Event, "application/json", Encoding.UTF8, StatusCodes.Status201Created);
    }

    /// <summary>For what was read or entered by mistake: a finger in passing, the wrong person.</summary>
    private static async Task<IResult> TakeBackAsync(
        string site, string seq, HttpContext context, IJournal journal, CheckInDesk desk, ILogger<CheckInDesk> log)
    {
        var unknown = RequestRefusedException.Unknown("checkin", $"{site} {seq}");
        if (!long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || await journal.ReadAsync(CheckInDesk.ChannelOf(Site(site)), number - 1, 1, context.RequestAborted) is not [var passed]
            || passed.Seq != number || passed.Type is not (CheckInEvents.In or CheckInEvents.Out))
        {
            throw unknown;
        }

        var (data, by) = (passed.Read<CheckInEvents.AnyData>(), HttpAccess.IdentityOf(context).Shown);
        if (data.Closed == true)
        {
            throw new RequestRefusedException(
                StatusCodes.Status409Conflict, "closing", "Nobody did that: the site closed. Enter when the person left, or take back their coming.");
        }

        var person = data.Person!;
        var told = await journal.WriteAsync(transaction => desk.TakeBack(transaction, new(site, person) { By = by }, number))
            ?? throw new RequestRefusedException(
                StatusCodes.Status409Conflict, "final", $"It was taken back or told anew already, or is more than {PersonLedger.Kept.Days} days old.");
        CheckInLog.TakenBack(log, site, number, person, by, told.Position);
        return Results.NoContent();
    }

    private static DateTimeOffset? At(RequestBody body, DateTimeOffset now)
    {
        if (body.OptionalText("at", max: 40) is not { } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            && at <= now && at > now - PersonLedger.Kept
                ? DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds())
                : throw RequestRefusedException.Invalid("at", $"at must be a time of the past {PersonLedger.Kept.Days} days, in RFC 3339.");
    }

    private static async Task<IResult> HistoryAsync(string site, CheckInStats stats, CancellationToken cancellation, int days = 31)
    {
        if (days is < 1 or > MaxDays)
        {
            throw RequestRefusedException.Invalid("days", $"days must be a whole number from 1 to {MaxDays}.");
        }

        var state = await stats.FindAsync(Site(site), cancellation);
        return Results.Json(new Dictionary<string, object?> { ["items"] = state.Days.Take(days), ["next"] = null });
    }

    private static IResult AttendanceOf(
        Attendance attendance,
        CancellationToken cancellation,
        string? site = null,
        string? person = null,
        string? from = null,
        string? to = null,
        string format = "json",
        string unknown = "true")
    {
        if (format is not ("json" or "csv"))
        {
            throw RequestRefusedException.Invalid("format", "format must be json or csv.");
        }

        if (unknown is not ("true" or "false"))
        {
            throw RequestRefusedException.Invalid("unknown", "unknown must be true or false.");
        }

        var query = new AttendanceQuery(site is null ? null : Site(site), person, Day("from", from), Day("to", to)) { Unknown = unknown == "true" };
        if (query.To < query.From)
        {
            throw RequestRefusedException.Invalid("to", "to must not be a day before from.");
        }

        var stays = attendance.ReadAsync(query, cancellation);
        return format == "json" ? AttendanceFile.Json(stays) : AttendanceFile.Csv(stays);
    }

    private static async Task<IResult> DirectAsync(string id, HttpContext context, IJournal journal, ILogger<CheckInDesk> log)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var direction = ParseDirection(body.OptionalChoice("direction", "in", "out", "toggle"))
            ?? throw RequestRefusedException.Invalid("direction", "direction is missing; it is in, out or toggle.");
        var before = await journal.WriteAsync<Direction?>(transaction =>
        {
            if (Devices.Devices.Find(transaction, id) is null)
            {
                return null;
            }

            var old = CheckInDesk.DirectionOf(transaction, id, transaction.Now);
            CheckInDesk.SetDirection(transaction, id, direction);
            return old;
        }) ?? throw RequestRefusedException.Unknown("device", id);
        AuditTrail.Changed(context, "direction", before.ToString().ToLowerInvariant(), direction.ToString().ToLowerInvariant());
        CheckInLog.Directed(log, id, direction, HttpAccess.IdentityOf(context).Shown);
        return Results.Ok(new { id, direction });
    }

    private static Direction? ParseDirection(string? text) => text switch
    {
        null => null,
        "in" => Direction.In,
        "out" => Direction.Out,
        _ => Direction.Toggle,
    };

    private static DateOnly? Day(string field, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 9999
            ? day
            : throw RequestRefusedException.Invalid(field, $"{field} must be a day, as 2026-03-29.");
    }

    private static string Site(string site) => DeviceId.IsValid(site)
        ? site
        : throw RequestRefusedException.Invalid("site", "site must be lower-case letters, digits and -, at most 32.");

    private sealed record Entered(string Event);
}

/// <summary>A scanner that is deleted has no direction any more, should another get its name.</summary>
internal sealed class DirectionCleaning : IProjection
{
    public void Appended(JournalTransaction transaction, StoredEvent stored)
    {
        if (stored.Channel.Kind == Devices.Devices.Kind && stored.Type == DeviceEvents.Deleted)
        {
            CheckInDesk.ForgetDirection(transaction, stored.Channel.Id);
        }
    }
}
