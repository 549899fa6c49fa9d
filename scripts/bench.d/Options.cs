namespace Gateway.Bench;

/// <summary>What is measured, as given on the command line.</summary>
internal sealed record Options
{
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

    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        for (var at = 0; at < arguments.Count; at += 2)
        {
            if (at + 1 == arguments.Count)
            {
                throw new FormatException($"{arguments[at]} needs a value; see scripts/bench --help");
            }
            options = options.With(arguments[at], arguments[at + 1]);
        }
        return options;
    }

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
        _ => throw new FormatException($"unknown option {name}; see scripts/bench --help"),
    };

    private static string Known(string peer) =>
        peer is "gateway" or "mosquitto" or "mosquitto-saving" ? peer : throw new FormatException($"unknown peer {peer}");
}
