using System.Globalization;
using System.Text;
using System.Text.Json;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.People;

/// <summary>People over HTTP: the application that owns them asks here who is registered.</summary>
internal static class PeopleEndpoints
{
    private const string Path = "/api/people/";
    private const int MaxText = 128;

    public static void MapPeople(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/people", List);
        routes.MapGet("/api/people/{id}", (HttpContext context, IJournal journal) =>
            Results.Json(Shown(context, PersonView.Of(Known(journal, IdOf(context))))));
        routes.MapPut("/api/people/{id}", PutAsync);
        routes.MapDelete("/api/people/{id}", ForgetAsync);
        routes.MapGet("/api/people/{id}/export", ExportAsync);
        routes.MapGet("/api/forgettings", ListForgettings);
        routes.MapGet("/api/forgettings/{id}", (string id, IJournal journal) => Results.Json(ContractJson.Read<Forgetting>(
            journal.Document(ForgettingRecords.Collection, id) ?? throw RequestRefusedException.Unknown("forgetting", id))));
    }

    /// <summary>
    /// As it stands in the path, decoded once. The framework leaves an encoded slash encoded, and then cannot be told from text that says so.
    /// </summary>
    public static string IdOf(HttpContext context)
    {
        // api, people, and then it.
        var id = RequestPath.PartsOf(context).ElementAtOrDefault(2);
        return !string.IsNullOrWhiteSpace(id) && new StringInfo(id).LengthInTextElements <= MaxText && !id.Any(char.IsControl)
            ? id
            : throw RequestRefusedException.Invalid("id", $"id must be a text of 1 to {MaxText} characters, none of them a control character.");
    }

    // A kiosk needs the name; fingers elsewhere are not its business.
    private static PersonView Shown(HttpContext context, PersonView person) => HttpAccess.IdentityOf(context) is { Kind: IdentityKind.Kiosk } kiosk
        ? person with { Fingers = [.. person.Fingers.Where(finger => finger.Device == kiosk.Scanner)] }
        : person;

    private static IResult List(IJournal journal, string? search = null, int limit = 50, string? before = null)
    {
        var page = DocumentList.Read(journal, PeopleRecords.Orders, before, limit, kept =>
        {
            // Between the two reads they may have been forgotten.
            var person = PeopleRecords.Find(journal, ContractJson.Read<string>(kept.Value));
            return person is not null && IsFound(person, search) ? PersonView.Of(person) : null;
        });
        return Results.Json(page.ToBody());
    }

    private static bool IsFound(Person person, string? search) => string.IsNullOrEmpty(search) || Contains(person.Id, search) || Contains(person.Name, search);

    private static bool Contains(string? text, string search) => text?.Contains(search, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<IResult> PutAsync(HttpContext context, People people)
    {
        var id = IdOf(context);
        var body = await RequestBody.ReadAsync(context.Request);
        var (person, before) = await people.PutAsync(id, body.OptionalText("name", MaxText));
        AuditTrail.Changed(context, "name", before?.Name, person.Name);
        return Results.Json(PersonView.Of(person), statusCode: before is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> ForgetAsync(HttpContext context, People people)
    {
        var id = IdOf(context);
        var forgetting = await people.ForgetAsync(id, HttpAccess.IdentityOf(context)) ?? throw RequestRefusedException.Unknown("person", id);

        // Also on the audit trail, which is written after the answer.
        AuditTrail.Name(context, Path + forgetting.Id);
        context.Response.Headers.Location = $"/api/forgettings/{forgetting.Id}";
        return Results.NoContent();
    }

    private static IResult ListForgettings(IJournal journal, int limit = 50, string? before = null) => Results.Json(DocumentList.Read(
        journal, ForgettingRecords.Collection, before, limit, kept => ContractJson.Read<Forgetting>(kept.Value)).ToBody());

    /// <summary>All that is kept about a person, as one file.</summary>
    private static async Task ExportAsync(HttpContext context, IJournal journal, IErasure erasure, Access.Accounts accounts)
    {
        var person = Known(journal, IdOf(context));
        var response = context.Response;
        response.ContentType = "application/json";
        response.Headers.ContentDisposition = "attachment; filename=\"person.json\"";
        await response.WriteAsync($"{{\"person\":{Encoding.UTF8.GetString(ContractJson.Write(PersonView.Of(person)))},\"events\":[");
        var separator = "\n";
        var who = new Renaming(person.Id, "", accounts.Users.Find(person.Id) is null);
        await foreach (var stored in erasure.EventsAsync(who, context.RequestAborted))
        {
            await response.WriteAsync(separator + Encoding.UTF8.GetString(stored.Json.Span));
            separator = ",\n";
        }

        await response.WriteAsync("\n],\"records\":[");
        separator = "\n";
        await foreach (var (collection, body) in erasure.RecordsAsync(who, context.RequestAborted))
        {
            await response.WriteAsync($"{separator}{{\"in\":{JsonSerializer.Serialize(collection)},\"record\":{Encoding.UTF8.GetString(body)}}}");
            separator = ",\n";
        }

        await response.WriteAsync("\n]}\n");
    }

    private static Person Known(IJournal journal, string id) => PeopleRecords.Find(journal, id) ?? throw RequestRefusedException.Unknown("person", id);
}
