using System.Globalization;
using System.Text;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Accounts;

/// <summary>The audit trail: a page at a time, newest first; or all of it, for a spreadsheet.</summary>
internal static class AuditEndpoints
{
    private const int PageOfExport = 1000;

    public static void MapAudit(this IEndpointRouteBuilder routes) => routes.MapGet("/api/audit", AnswerAsync);

    private static async Task AnswerAsync(
        HttpContext context, IJournal journal, AuditTrail trail, CancellationToken cancellation, string? format = null, int limit = 50, long? before = null)
    {
        if (format is not null and not "csv")
        {
            throw RequestRefusedException.Invalid("format", "format is csv, or not given.");
        }

        await trail.ToldAsync();
        if (format == "csv")
        {
            await WriteCsvAsync(context.Response, journal, cancellation);
            return;
        }

        PageBounds.Check(limit, before);

        var head = (await journal.SnapshotAsync(AuditTrail.Channel, cancellation))?.Seq ?? 0;
        var end = Math.Min(before ?? long.MaxValue, head + 1);
        var after = Math.Max(0, end - 1 - limit);
        var events = end <= 1 ? new([], oldest: 1) : await journal.ReadAsync(AuditTrail.Channel, after, (int)(end - 1 - after), cancellation);
        var body = new Dictionary<string, object?>
        {
            ["items"] = events.Reverse().Select(Shown).ToList(),
            ["next"] = events.Count > 0 && after > 0 ? after + 1 : null,
        };
        await Results.Json(body).ExecuteAsync(context);
    }

    private static object Shown(StoredEvent stored)
    {
        var act = stored.Read<AuditAct>();
        return new
        {
            seq = stored.Seq,
            at = stored.At,
            who = act.Who,
            method = act.Method,
            path = act.Path,
            what = act.What,
            status = act.Status,
            remote = act.Remote,
            result = stored.Type,
            changes = act.Changes,
            note = act.Note,
        };
    }

    private static async Task WriteCsvAsync(HttpResponse response, IJournal journal, CancellationToken cancellation)
    {
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"audit.csv\"";
        await response.WriteAsync("seq,at,who,method,path,what,status,remote,result,changes,note\r\n", cancellation);
        var after = 0L;
        while (await journal.ReadAsync(AuditTrail.Channel, after, PageOfExport, cancellation) is { Count: > 0 } page)
        {
            var text = new StringBuilder();
            foreach (var stored in page)
            {
                var act = stored.Read<AuditAct>();
                string[] cells =
                [
                    act.Who, act.Method, act.Path, act.What, act.Status.ToString(CultureInfo.InvariantCulture), act.Remote ?? "", stored.Type,
                    ChangesOf(act), act.Note ?? "",
                ];
                text.Append(CultureInfo.InvariantCulture, $"{stored.Seq},{ContractJson.Time(stored.At)},{string.Join(',', cells.Select(Cell))}\r\n");
            }

            await response.WriteAsync(text.ToString(), cancellation);
            after = page[^1].Seq;
        }
    }

    private static string ChangesOf(AuditAct act) =>
        act.Changes is null ? "" : string.Join("; ", act.Changes.Select(change => $"{change.Key}: {change.Value.From ?? "-"} > {change.Value.To ?? "-"}"));

    // A topic may begin like a formula, and a spreadsheet is not to reckon with it.
    private static string Cell(string text) =>
        $"\"{(text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
