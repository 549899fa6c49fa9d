namespace Gateway.Access;

/// <summary>Says of one kind of things which of them a kiosk has to do with, beside its scanner and that one's enrollments.</summary>
internal interface IKioskReach
{
    /// <summary>The first part of their path.</summary>
    string Kind { get; }

    ValueTask<bool> ReachesAsync(Identity kiosk, string id, CancellationToken cancellation);
}
