using Gateway.Access;
using Gateway.Channels;
using Gateway.Contract;

namespace Gateway.Modules;

/// <summary>A page asks for a ticket with its session or bearer token, and opens its WebSocket with that: no long-lived secret in a URL.</summary>
internal static class TicketEndpoints
{
    private const int MaxStreams = 1000;

    public static void MapTickets(this IEndpointRouteBuilder routes) => routes.MapPost("/api/tickets", IssueAsync);

    private static async Task<IResult> IssueAsync(HttpContext context, Tickets tickets)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var streams = body.OptionalTexts("channels", MaxStreams, max: 192);
        if (streams?.FirstOrDefault(stream => !StreamName.TryParse(stream, out _)) is { } wrong)
        {
            throw RequestRefusedException.Invalid("channels", $"'{wrong}' is no channel and no feed.");
        }

        var user = body.OptionalText("user", max: 128);
        var role = body.OptionalText("role", max: 64);
        var owner = HttpAccess.IdentityOf(context);
        if ((user ?? role) is not null && !Rights.Allow(owner, Verb.Operate, new("tickets-for-others")))
        {
            throw new RequestRefusedException(
                StatusCodes.Status403Forbidden, "forbidden", "Only the admin and services may say whom a ticket is for.", user is null ? "role" : "user");
        }

        var (secret, expiresAt) = tickets.Issue(owner, user, role, streams, HttpAccess.CredentialOf(context));
        return Results.Json(new { ticket = secret, expiresAt }, statusCode: StatusCodes.Status201Created);
    }
}
