using Gateway.Channels;

namespace Gateway.Access;

/// <summary>What one page may follow: what its identity may read, narrowed to what its ticket names, and by the rules of the channels.</summary>
/// <param name="user">Whom it is for: the identity itself, or somebody whom it named.</param>
internal sealed class SubscriberRights(
    Identity identity, string user, string? role, IReadOnlySet<string>? streams, DateTimeOffset expiresAt, ChannelGuards guards, CancellationToken ended)
    : ISubscriberRights
{
    /// <summary>Told of each channel on which they may not speak.</summary>
    public Action<string>? PublishRefused { get; init; }

    public string User => user;

    public string? Role => role;

    public DateTimeOffset ExpiresAt => expiresAt;

    public CancellationToken Ended => ended;

    public bool IsStaff => identity.IsStaff && user == identity.Shown;

    public IChannelRule? RuleOf(StreamName name) => IsStaff ? null : guards.RuleOf(name.Kind);

    public ValueTask<bool> MaySubscribeAsync(StreamName name, CancellationToken cancellation) => MayAsync(Verb.Read, name, cancellation);

    public async ValueTask<bool> MayPublishAsync(StreamName name, CancellationToken cancellation)
    {
        var may = await MayAsync(Verb.Speak, name, cancellation);
        if (!may)
        {
            PublishRefused?.Invoke(name.ToString());
        }

        return may;
    }

    public ValueTask<ICircle?> CircleAsync(StreamName name, CancellationToken cancellation) => guards.CircleAsync(name, cancellation);

    private async ValueTask<bool> MayAsync(Verb verb, StreamName name, CancellationToken cancellation)
    {
        if (ended.IsCancellationRequested || streams?.Contains(name.ToString()) == false)
        {
            return false;
        }

        var what = await guards.FindAsync(new(name.Kind, name.Id), verb, identity, user, cancellation);
        return Rights.Allow(identity, verb, what)
            && (RuleOf(name) is null || (await CircleAsync(name, cancellation))?.MayFollow(user) == true);
    }
}
