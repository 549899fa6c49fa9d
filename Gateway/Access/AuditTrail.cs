using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Who did what, and from where: a channel of its own, to which only is added. Whoever asks does not wait for it.</summary>
internal sealed class AuditTrail(IJournal journal, ILogger<AuditTrail> log)
{
    public static readonly ChannelName Channel = ChannelName.Of(AuditKind.KindName, "trail");

    // The traffic of programs has its own history, in far greater numbers.
    private static readonly string[] Elsewhere = ["jobs", "rooms", "tickets"];

    private static readonly object NameSlot = new();

    /// <summary>What the trail calls the request's path, where the path itself says what is not to be kept.</summary>
    public static void Name(HttpContext context, string path) => context.Items[NameSlot] = path;

    /// <summary>A check-in by request is somebody's correction, unless a program sends it.</summary>
    public static bool IsWorthwhile(Identity who, Verb verb, Resource what) =>
        verb != Verb.Read && !Elsewhere.Contains(what.Kind) && !(what.Kind == "checkins" && who.Kind == IdentityKind.Service);

    /// <summary>After it was done.</summary>
    public void Record(HttpContext context, Identity who)
    {
        // What was made is not in the path that made it.
        var path = Cut((string?)context.Items[NameSlot] ?? context.Request.Path.Value ?? "");
        var what = context.Response.Headers.Location is [{ } made] ? Cut(made) : path;
        var act = new AuditAct(
            who.Owner, context.Request.Method, path, what, context.Response.StatusCode, Network.Text(context.Connection.RemoteIpAddress));
        journal.Write(
            transaction => transaction.Append(Channel, EventDraft.Of("done", act)),
            failure =>
            {
                if (failure is not null)
                {
                    AccessLog.NotAudited(log, act.Who, act.Method, act.Path, failure.Message);
                }
            });
    }

    private static string Cut(string text) => text.Length <= 512 ? text : text[..512];
}

/// <param name="What">The thing that it was done to.</param>
internal sealed record AuditAct(string Who, string Method, string Path, string What, int Status, string? Remote);

internal sealed record AuditState(long Acts);

/// <summary>The trail's state is how long it is.</summary>
internal sealed class AuditKind() : ChannelKind<AuditState>(KindName)
{
    public const string KindName = "audit";

    public override AuditState Fold(AuditState? state, StoredEvent next) => new((state?.Acts ?? 0) + 1);
}
