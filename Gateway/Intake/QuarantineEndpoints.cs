using System.Text;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>The quarantine over HTTP: looked through, taken out as a file, tried again, thrown away.</summary>
internal static class QuarantineEndpoints
{
    private const int ExportPage = 200;

    public static void MapQuarantine(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/quarantine", List);
        routes.MapGet("/api/quarantine/export", ExportAsync);
        routes.MapGet("/api/quarantine/{id}", (string id, IJournal journal) =>
            Results.Json(Quarantine.Find(journal, id) ?? throw RequestRefusedException.Unknown("quarantine", id)));
        routes.MapPost("/api/quarantine/{id}/resubmit", (string id, Resubmission resubmission) => resubmission.RunAsync(id));
        routes.MapDelete("/api/quarantine/{id}", RemoveAsync);
        routes.MapDelete("/api/quarantine", RemoveAllAsync);
    }

    private static IResult List(IJournal journal, string? device = null, string? code = null, int limit = 50, string? before = null)
    {
        var isWanted = Filter(device, code);
        var page = DocumentList.Read(journal, Quarantine.Collection, before, limit, kept =>
            Quarantine.Read(kept.Value) is var item && isWanted(item) ? item : null);
        var body = page.ToBody();
        body["counts"] = Quarantine.CountsOf(journal);
        return Results.Json(body);
    }

    private static async Task ExportAsync(HttpContext context, IJournal journal, string format = "csv", string? device = null, string? code = null)
    {
        var isWanted = Filter(device, code);
        var isCsv = format switch
        {
            "csv" => true,
            "jsonl" => false,
            _ => throw RequestRefusedException.Invalid("format", "format must be csv or jsonl."),
        };
        context.Response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=quarantine.{format}";
        await WriteLineAsync(isCsv ? QuarantineExport.CsvHeader : null);
        string? mark = null;
        IReadOnlyList<KeyValuePair<string, byte[]>> page;
        do
        {
            page = journal.Documents(Quarantine.Collection, mark, ExportPage);
            foreach (var item in page.Select(kept => Quarantine.Read(kept.Value)).Where(isWanted))
            {
                await WriteLineAsync(isCsv ? QuarantineExport.CsvLine(item) : QuarantineExport.JsonLine(item));
            }

            mark = page.Count > 0 ? page[^1].Key : null;
        }
        while (page.Count == ExportPage);

        // RFC 4180 ends lines so; a reader of JSON lines takes it for white space.
        Task WriteLineAsync(string? line) =>
            line is null ? Task.CompletedTask : context.Response.WriteAsync($"{line}\r\n", Encoding.UTF8, context.RequestAborted);
    }

    private static async Task<IResult> RemoveAsync(string id, IJournal journal) =>
        await journal.WriteAsync(transaction => QuarantineKeeper.Remove(transaction, id))
            ? Results.NoContent()
            : throw RequestRefusedException.Unknown("quarantine", id);

    private static async Task<IResult> RemoveAllAsync(QuarantineKeeper keeper, string? device = null, string? code = null) =>
        Results.Json(new { removed = await keeper.RemoveAsync(below: null, Filter(device, code)) });

    private static Func<QuarantinedMessage, bool> Filter(string? device, string? code)
    {
        if (code is not null && !Enum.GetValues<RefusalCode>().Any(known => Quarantine.NameOf(known) == code))
        {
            throw RequestRefusedException.Invalid("code", $"code must be one of {string.Join(", ", Enum.GetValues<RefusalCode>().Select(Quarantine.NameOf))}.");
        }

        return item => (device is null || item.Device == device) && (code is null || Quarantine.NameOf(item.Code) == code);
    }
}
