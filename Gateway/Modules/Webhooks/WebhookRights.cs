using Gateway.Access;
using Gateway.Contract;

namespace Gateway.Modules.Webhooks;

/// <summary>
/// What a webhook is told, and who may look at it: never more than may be read by whoever made it, as they are at that moment, or by whoever asks.
/// A webhook outlives its maker's right to it as a record that says so, and posts nothing.
/// </summary>
internal sealed class WebhookRights(Access.Accounts accounts, AccessOptions options)
{
    /// <summary>For the events of these types, to be posted or to be looked at.</summary>
    /// <exception cref="RequestRefusedException">Whoever asks may not read them.</exception>
    public static void DemandReading(HttpContext context, IEnumerable<string> types)
    {
        var who = HttpAccess.IdentityOf(context);
        if (types.FirstOrDefault(type => !MayRead(who, type)) is { } type)
        {
            throw new RequestRefusedException(
                StatusCodes.Status403Forbidden, "forbidden", $"{who.Shown} may not read {KindOf(type)}, and so not be told of '{type}'.", "events");
        }
    }

    /// <summary>Why this one is not told of events of this type; null when it is.</summary>
    public string? ObjectionTo(Webhook webhook, string type) => MakerOf(webhook) is not { } maker ? $"{OwnerOf(webhook)}, who made it, is no more"
        : !Rights.Allow(maker, Verb.Operate, new("webhooks")) ? $"{maker.Owner}, who made it, may have no webhooks any more"
        : !MayRead(maker, type) ? $"{maker.Owner}, who made it, may not read {KindOf(type)}"
        : null;

    public static string OwnerOf(Webhook webhook) => webhook.By is { } by ? new Identity(by.Kind, by.Name).Owner : Identity.Admin.Owner;

    // Whoever has a name that somebody else had before did not make what is older than they are.
    private Identity? MakerOf(Webhook webhook) => webhook.By switch
    {
        null or { Kind: IdentityKind.Admin } => Identity.Admin,
        { Kind: IdentityKind.Anonymous } => options.Anonymous ? Identity.Anonymous : null,
        { Kind: IdentityKind.User, Name: var name } => accounts.Users.Find(name) is { } user && user.CreatedAt <= webhook.At ? user.Identity : null,
        { } by => accounts.Current(by.Kind, by.Name),
    };

    private static bool MayRead(Identity who, string type) => Rights.Allow(who, Verb.Read, new(KindOf(type)));

    private static string KindOf(string type) => WebhookProjection.Kinds[type];
}
