using System.Diagnostics.CodeAnalysis;

namespace Gateway.Channels;

/// <summary>Says who a page is and what it may follow.</summary>
internal interface ITicketDesk
{
    /// <summary>Takes the ticket of an upgrade or of a renewal; a ticket works once.</summary>
    TicketVerdict Redeem(string? ticket, HttpContext context);

    /// <summary>The rights of an ordinary request that was let in.</summary>
    ISubscriberRights RightsOf(HttpContext context);
}

/// <summary>Who a subscriber is, and what it may do until when.</summary>
internal interface ISubscriberRights
{
    string User { get; }

    /// <summary>What it is to others, where a channel does not say what it is there; null when it is nothing in particular.</summary>
    string? Role { get; }

    DateTimeOffset ExpiresAt { get; }

    /// <summary>Cancelled when these rights end before their time: the connection ends with them.</summary>
    CancellationToken Ended { get; }

    /// <summary>Runs the place, or is a program of whoever does, and speaks for itself: no rule of a channel binds it.</summary>
    bool IsStaff { get; }

    /// <summary>What may end a subscription to it in its midst; null: nothing that happens there does.</summary>
    IChannelRule? RuleOf(StreamName name);

    /// <summary>Who has to do with the channel, whether that binds these rights or not; null where its kind has no rule.</summary>
    ValueTask<ICircle?> CircleAsync(StreamName name, CancellationToken cancellation);

    ValueTask<bool> MaySubscribeAsync(StreamName name, CancellationToken cancellation);

    ValueTask<bool> MayPublishAsync(StreamName name, CancellationToken cancellation);
}

/// <summary>Rights, or the close code of the refusal: 4401 for the ticket, 4403 for the one who bears it.</summary>
internal sealed class TicketVerdict
{
    private TicketVerdict(ISubscriberRights? rights, int refusal)
    {
        Rights = rights;
        Refusal = refusal;
    }

    public ISubscriberRights? Rights { get; }

    public int Refusal { get; }

    [MemberNotNullWhen(true, nameof(Rights))]
    public bool IsGranted => Rights is not null;

    public static TicketVerdict Granted(ISubscriberRights rights) => new(rights, refusal: 0);

    public static TicketVerdict Refused(int closeCode) => new(rights: null, closeCode);
}
