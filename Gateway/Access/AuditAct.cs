using Gateway.Journal;

namespace Gateway.Access;

/// <param name="Method">Of HTTP; PUBLISH and CONNECT of MQTT, COMMAND of the command line.</param>
/// <param name="Path">What was asked for: a path, a topic, a command.</param>
/// <param name="What">The thing that it was done to.</param>
/// <param name="Status">Of the answer: by HTTP its status, by MQTT the reason code.</param>
/// <param name="Changes">What is otherwise than before, by field; never a secret.</param>
/// <param name="Note">What else there is to say, in words.</param>
internal sealed record AuditAct(
    string Who,
    string Method,
    string Path,
    string What,
    int Status,
    string? Remote,
    IReadOnlyDictionary<string, AuditChange>? Changes = null,
    string? Note = null)
{
    public const string Done = "done";
    public const string Refused = "refused";
}

/// <param name="From">Null where there was nothing before, or it is not to be told.</param>
internal sealed record AuditChange(string? From, string? To);

internal sealed record AuditState(long Acts);

/// <summary>The trail's state is how long it is.</summary>
internal sealed class AuditKind() : ChannelKind<AuditState>(KindName)
{
    public const string KindName = "audit";

    public override AuditState Fold(AuditState? state, StoredEvent next) => new((state?.Acts ?? 0) + 1);
}
