using Microsoft.Playwright;

namespace Gateway.Tests.Support;

/// <summary>One thing that the kiosk can have to say: what the service tells it, what a person then does, and the heading by which all know it.</summary>
internal sealed record KioskState(string Name, string Heading)
{
    public string Query { get; init; } = "";

    /// <summary>What <c>METHOD path</c> is answered; what is not named is 404. A null body with status 0 is a network that fails.</summary>
    public IReadOnlyDictionary<string, (int Status, object? Body)> Answers { get; init; } = new Dictionary<string, (int, object?)>();

    /// <summary>The state of each channel that there is.</summary>
    public IReadOnlyDictionary<string, object> Channels { get; init; } = new Dictionary<string, object>();

    /// <summary>Events that come once the page has its state, and is no longer catching up.</summary>
    public IReadOnlyList<(string Channel, object Event)> Later { get; init; } = [];

    public Func<IPage, Task>? Act { get; init; }

    /// <summary>How long nobody touches the page, in milliseconds of its clock.</summary>
    public int Untouched { get; init; }

    /// <summary>The connection goes, and does not come back.</summary>
    public bool IsCut { get; init; }

    public override string ToString() => Name;
}
