using System.Collections.Concurrent;
using System.Net;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>
/// Who did what, and from where, and who was kept from it: a channel of its own, to which only is added. What was done is on it before its answer
/// ends, but for what has a history of its own; nobody waits to be refused, and whoever is again and again is told of once.
/// </summary>
internal sealed class AuditTrail(IJournal journal, LimitBook book, TimeProvider time, ILogger<AuditTrail> log)
{
    public static readonly ChannelName Channel = ChannelName.Of(AuditKind.KindName, "trail");

    /// <summary>Who has shown nothing that counts.</summary>
    public const string Nobody = "nobody";

    private const int MostPublishedInAMinute = 60;
    private const string AndMore = "more of this kind follows, and is in the log alone";

    // The traffic of programs has its own history, in far greater numbers.
    private static readonly string[] Elsewhere = ["jobs", "rooms", "tickets"];

    private static readonly object NameSlot = new();
    private static readonly object ChangesSlot = new();

    private readonly Episodes _episodes = new(time);
    private readonly RefusalShares _refused = new(time);

    // As many as there are keys, and the admin.
    private readonly ConcurrentDictionary<string, Allowance> _published = new(StringComparer.Ordinal);

    /// <summary>What the trail calls the request's path, where the path itself says what is not to be kept.</summary>
    public static void Name(HttpContext context, string path) => context.Items[NameSlot] = path;

    /// <summary>What the request makes otherwise. Of secrets only that they are others.</summary>
    public static void Changed(HttpContext context, string field, string? from, string? to)
    {
        if (from != to)
        {
            if (context.Items[ChangesSlot] is not Dictionary<string, AuditChange> changes)
            {
                context.Items[ChangesSlot] = changes = [];
            }

            changes[field] = new(Cut(from), Cut(to));
        }
    }

    /// <summary>A secret, which is another one now.</summary>
    public static void ChangedSecret(HttpContext context, string field) => Changed(context, field, from: null, "another");

    /// <summary>A check-in by request is somebody's correction, unless a program sends it.</summary>
    public static bool IsWorthwhile(Identity who, Verb verb, Resource what, HttpRequest request) => verb == Verb.Read
        ? HttpActs.IsTaking(request)
        : !Elsewhere.Contains(what.Kind) && !(what.Kind == "checkins" && who.Kind == IdentityKind.Service);

    /// <summary>Inside the caller's transaction.</summary>
    public static void Append(JournalTransaction transaction, string type, AuditAct act, DateTimeOffset? at = null) =>
        transaction.Append(Channel, EventDraft.Of(type, act, at));

    /// <summary>After it was done; completes when it is kept, or the store has failed.</summary>
    public Task RecordAsync(HttpContext context, string who)
    {
        // What was made is not in the path that made it.
        var path = PathOf(context);
        var what = context.Response.Headers.Location is [{ } made] ? Cut(made)! : path;
        var changes = (Dictionary<string, AuditChange>?)context.Items[ChangesSlot];
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Write(AuditAct.Done, new(who, context.Request.Method, path, what, context.Response.StatusCode, RemoteOf(context), changes), kept);
        return kept.Task;
    }

    /// <summary>Somebody was kept from it. Each from everywhere is told once an episode, and so often in an hour.</summary>
    /// <param name="isProven">Whether they are who they are said to be, and not a stranger who claims it.</param>
    public void Refuse(HttpContext context, string who, int status, bool isProven, string? note = null)
    {
        var path = PathOf(context);
        var act = new AuditAct(who, HttpActs.MethodOf(context.Request), path, path, status, RemoteOf(context), Note: note);
        Refuse(act, context.Connection.RemoteIpAddress, isProven);
    }

    public void Refuse(AuditAct act, IPAddress? remote, bool isProven)
    {
        var from = book.KeyOf(remote) ?? Network.Text(remote) ?? "";
        if (!_episodes.Begins($"{act.Method} {act.Status}", $"{act.Who} {from}"))
        {
            return;
        }

        var share = _refused.Take(isProven ? act.Who : null, from);
        if (share != Share.None)
        {
            Write(AuditAct.Refused, Short(act) with { Note = share == Share.Last ? AndMore : act.Note });
        }
    }

    /// <summary>Whether somebody's message about this begins an episode: asked of each message, before anything is made of it.</summary>
    public bool IsNews(string who, string what) => _episodes.Begins(Cut(what)!, who);

    /// <summary>A person's or a program's message was taken.</summary>
    public void Publish(AuditAct told)
    {
        var act = Short(told);
        var share = _published.GetOrAdd(act.Who, _ => new(MostPublishedInAMinute, TimeSpan.FromMinutes(1), time)).Take();
        if (share != Share.None)
        {
            Write(AuditAct.Done, act with { Note = share == Share.Last ? AndMore : act.Note });
        }
    }

    /// <summary>Completes when what was told so far is on the trail, and whoever acts and then looks finds it; or when the store fails.</summary>
    public Task ToldAsync()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        journal.Write(_ => { }, _ => told.SetResult());
        return told.Task;
    }

    private void Write(string type, AuditAct act, TaskCompletionSource? kept = null) => journal.Write(
        transaction => Append(transaction, type, act),
        failure =>
        {
            if (failure is not null)
            {
                AccessLog.NotAudited(log, act.Who, act.Method, act.Path, failure.Message);
            }

            kept?.SetResult();
        });

    private static string PathOf(HttpContext context) => Cut((string?)context.Items[NameSlot] ?? HttpActs.PathOf(context.Request))!;

    private static string? RemoteOf(HttpContext context) => Network.Text(context.Connection.RemoteIpAddress);

    // A topic may have 65,535 bytes.
    private static AuditAct Short(AuditAct act) => act with { Path = Cut(act.Path)!, What = Cut(act.What)! };

    private static string? Cut(string? text) => text is null || text.Length <= 512 ? text : text[..512];
}
