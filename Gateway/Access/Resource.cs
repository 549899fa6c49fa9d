namespace Gateway.Access;

/// <summary>What somebody wants to do. The first four rise: who may manage may operate, who may operate may speak, who may speak may read.</summary>
internal enum Verb
{
    /// <summary>Look at it, follow it, acknowledge what was seen.</summary>
    Read,

    /// <summary>Say something where one takes part, and take back what one said.</summary>
    Speak,

    /// <summary>The daily work with it.</summary>
    Operate,

    /// <summary>Make it, end it, give it secrets.</summary>
    Manage,

    /// <summary>Send to a topic.</summary>
    Publish,

    /// <summary>Receive what a filter matches.</summary>
    Subscribe,
}

/// <summary>What it is done to: a thing under /api, a channel, or a topic.</summary>
/// <param name="Kind">The first part of its path; <see cref="Topic"/> for topics and filters.</param>
/// <param name="Id">The second part, or the topic; null: all of the kind.</param>
/// <param name="Scanner">The scanner that it belongs to, where that is known.</param>
/// <param name="IsJoined">Whether whoever wants to do it takes part in it, where that is known.</param>
internal readonly record struct Resource(string Kind, string? Id = null, string? Scanner = null, bool IsJoined = false)
{
    public const string Topic = "topic";

    /// <summary>What scanners fetch at /firmware.</summary>
    public const string Offers = "offers";

    public static Resource OfTopic(string topic) => new(Topic, topic);
}
