using System.Globalization;

namespace Gateway.Simulation;

/// <summary>What goes wrong between a scanner, the service and a page: the chance of each, at every message.</summary>
/// <param name="Cut">The scanner's connection is lost.</param>
/// <param name="Duplicate">A message goes out twice.</param>
/// <param name="Reorder">A message is overtaken by the next one.</param>
/// <param name="LoseAck">A PUBACK is lost, and the connection with it.</param>
/// <param name="Leave">The page is closed, and opened again.</param>
internal sealed record Faults(double Cut = 0, double Duplicate = 0, double Reorder = 0, double LoseAck = 0, double Leave = 0)
{
    public static readonly Faults None = new();

    public static readonly Faults All = new(Cut: 0.02, Duplicate: 0.1, Reorder: 0.1, LoseAck: 0.03, Leave: 0.05);

    /// <summary>`none`, `all`, or a list of `cut`, `duplicate`, `reorder`, `lose-ack` and `leave`, each with `=chance` if that is to be another one.</summary>
    /// <exception cref="FormatException">It is none of these; the sentence says which.</exception>
    public static Faults Parse(string text)
    {
        if (text is "none" or "all")
        {
            return text == "all" ? All : None;
        }

        var faults = None;
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, given) = item.Split('=', 2) is [var before, var after] ? (before, ChanceOf(after)) : (item, (double?)null);
            faults = name switch
            {
                "cut" => faults with { Cut = given ?? All.Cut },
                "duplicate" => faults with { Duplicate = given ?? All.Duplicate },
                "reorder" => faults with { Reorder = given ?? All.Reorder },
                "lose-ack" => faults with { LoseAck = given ?? All.LoseAck },
                "leave" => faults with { Leave = given ?? All.Leave },
                _ => throw new FormatException($"'{name}' is no fault: none, all, or some of cut, duplicate, reorder, lose-ack, leave."),
            };
        }

        return faults;
    }

    private static double ChanceOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var chance) && chance <= 1
            ? chance
            : throw new FormatException($"'{text}' is no chance between 0 and 1.");
}

/// <summary>The faults of one connection, drawn as its messages pass.</summary>
internal sealed class FaultyLine(Faults faults, Random random)
{
    /// <summary>How long a message waits to be overtaken.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    // guards the random numbers, which reader and writer draw
    private readonly Lock _lock = new();

    // owned by the write loop
    private Action<bool>? _held;

    public bool IsSound => faults == Faults.None;

    /// <summary>False: the line is to be cut.</summary>
    /// <param name="write">Writes the message; its argument says whether as a duplicate.</param>
    public bool Send(Action<bool> write, bool isDuplicate)
    {
        if (_held is null && Happens(faults.Reorder))
        {
            _held = _ => write(isDuplicate);
            return true;
        }

        write(isDuplicate);
        if (Happens(faults.Duplicate))
        {
            write(true);
        }

        LetGo();
        return !Happens(faults.Cut);
    }

    /// <summary>Nothing has overtaken it: it goes all the same.</summary>
    public void LetGo()
    {
        _held?.Invoke(false);
        _held = null;
    }

    public bool LosesAck() => Happens(faults.LoseAck);

    private bool Happens(double chance)
    {
        if (chance == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return random.NextDouble() < chance;
        }
    }
}
