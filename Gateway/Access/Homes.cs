using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Where each user has signed in: from there nobody's guessing keeps them out. Kept, so that a restart is no moment to lock somebody out.</summary>
internal sealed class Homes(IJournal journal, ILogger<Homes> log)
{
    // What a person has, and then some; the one not used for longest makes room.
    private const int MostOfOne = 16;

    private readonly KeptSet<KeptHomes> _kept = new(journal, "homes");

    public void Load() => _kept.Load();

    /// <summary>Whether there is such a user, who has been here.</summary>
    public bool Knows(string user) => _kept.Find(user) is not null;

    public bool Has(string user, string address) => _kept.Find(user)?.Addresses.Contains(address) == true;

    /// <summary>After a password was right. Nobody waits for it, and nothing is written for who comes from where they came from last.</summary>
    public void Add(string user, string address)
    {
        if (_kept.Find(user) is not { } before || before.Addresses[^1] != address)
        {
            _kept.Change(
                user,
                (_, homes) => new([.. (homes?.Addresses ?? []).Where(other => other != address).TakeLast(MostOfOne - 1), address]),
                failure => AccessLog.HomeNotKept(log, user, failure.Message));
        }
    }

    /// <summary>With the user.</summary>
    public Task ForgetAsync(string user) => _kept.ChangeAsync(user, (_, _) => null);
}

/// <param name="Addresses">The last one used is the last.</param>
internal sealed record KeptHomes(IReadOnlyList<string> Addresses);
