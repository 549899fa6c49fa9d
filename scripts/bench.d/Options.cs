namespace Gateway.Bench;

/// <summary>What is measured, as given on the command line.</summary>
internal sealed record Options
{
    /// <summary>scan, broker or channels.</summary>
    public string Suite { get; init; } = "scan";

    public string Gateway { get; init; } = "";

    public string Folder { get; init; } = "";

    public IReadOnlyList<string> Peers { get; init; } = ["gateway", "mosquitto", "mosquitto-saving"];

    public string Stream { get; init; } = "enrollments";

    public IReadOnlyList<int> Rates { get; init; } = [50, 1000, 5000];

    public int Scanners { get; init; } = 50;

    public int Rounds { get; init; } = 2;

    /// <summary>Length of one measurement; what is slow needs longer for enough samples.</summary>
    public double Seconds { get; init; } = 2.5;

    /// <summary>Unacknowledged messages per scanner where the rate is free.</summary>
    public int Window { get; init; } = 16;

    public int Posts { get; init; } = 100;

    /// <summary>How many come at once.</summary>
    public int Crowd { get; init; } = 2000;

    /// <summary>How many follow the one publisher of the fan-out.</summary>
    public int Audience { get; init; } = 100;

    /// <summary>How many events a page has missed.</summary>
    public int Events { get; init; } = 100_000;

    /// <summary>Parts of the suite; empty is all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = For(arguments[0]);
        for (var at = 1; at < arguments.Count; at += 2)
        {
            if (at + 1 == arguments.Count)
            {
                throw new FormatException($"{arguments[at]} needs a value; see scripts/bench --help");
            }
            options = options.With(arguments[at], arguments[at + 1]);
        }
        return options;
    }

    private static Options For(string suite) => suite switch
    {
        "scan" => new Options(),
        "broker" or "channels" => new Options { Suite = suite, Peers = ["gateway", "mosquitto"], Rates = [50, 1000, 5000, 20_000] },
        _ => throw new FormatException($"unknown suite {suite}; see scripts/bench --help"),
    };

    private Options With(string name, string value) => name switch
    {
        "--gateway" => this with { Gateway = value },
        "--folder" => this with { Folder = value },
        "--peers" => this with { Peers = [.. value.Split(',').Select(Known)] },
        "--stream" => this with { Stream = value is "enrollments" or "jobs" ? value : throw new FormatException($"unknown stream {value}") },
        "--rates" => this with { Rates = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)] },
        "--scanners" => this with { Scanners = int.Parse(value) },
        "--rounds" => this with { Rounds = int.Parse(value) },
        "--seconds" => this with { Seconds = double.Parse(value) },
        "--window" => this with { Window = int.Parse(value) },
        "--posts" => this with { Posts = int.Parse(value) },
        "--crowd" => this with { Crowd = int.Parse(value) },
        "--audience" => this with { Audience = int.Parse(value) },
        "--events" => this with { Events = int.Parse(value) },
        "--only" => this with { Only = [.. value.Split(',')] },
        _ => throw new FormatException($"unknown option {name}; see scripts/bench --help"),
    };

    private static string Known(string peer) =>
        peer is "gateway" or "mosquitto" or "mosquitto-saving" ? peer : throw new FormatException($"unknown peer {peer}");
}
