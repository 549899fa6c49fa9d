using System.Collections.Concurrent;
using System.Net;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>
/// Wrong credentials in a row cost a growing wait: per address for all, and per user for passwords, which can be guessed. A user is never kept
/// from an address where it signed in before, so that nobody is locked out by whoever knows their name.
/// </summary>
internal sealed class AuthThrottle(LimitsOptions options, LimitBook book, Homes homes, TimeProvider time)
{
    private const int MaxKept = 10_000;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    // Failures are forgotten after a quiet time.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, Streak> _streaks = new(StringComparer.Ordinal);

    /// <summary>How long somebody has to wait before a password is even looked at; null: not at all.</summary>
    public TimeSpan? Wait(IPAddress? address, string? user = null)
    {
        TimeSpan? wait = null;
        foreach (var key in user is not null && IsHome(user, address) ? [KeyOf(user, address)] : Keys(address, user))
        {
            if (_streaks.TryGetValue(key, out var streak) && streak.Until - time.GetUtcNow() is var left && left > TimeSpan.Zero && !(left < wait))
            {
                wait = left;
            }
        }

        if (wait is not null)
        {
            book.Bit("auth_failures", user is null ? book.KeyOf(address) ?? "" : $"{Shown(user)}, {Network.Text(address)}");
        }

        return wait;
    }

    /// <summary>Counts it; the wait that holds already, null when this may be answered as what it is.</summary>
    public TimeSpan? Failed(IPAddress? address, string? user = null)
    {
        var wait = Wait(address, user);
        if (options.AuthFailures == 0)
        {
            return null;
        }

        if (_streaks.Count >= MaxKept)
        {
            Forget();
        }

        foreach (var key in Keys(address, user))
        {
            _streaks.AddOrUpdate(key, _ => Next(new(0, default, default)), (_, streak) => Next(streak));
        }

        return wait;
    }

    public void Succeeded(IPAddress? address, string? user = null)
    {
        foreach (var key in Keys(address, user))
        {
            _streaks.TryRemove(key, out _);
        }

        if (user is not null)
        {
            homes.Add(user, AddressOf(address));
        }
    }

    // Anything else may be a password in the wrong field, or a line of somebody's own for the log.
    private string Shown(string user) => homes.Knows(user) ? $"user {user}" : "a name that never signed in here";

    private IEnumerable<string> Keys(IPAddress? address, string? user)
    {
        if (book.KeyOf(address) is { } key)
        {
            yield return key;
        }

        if (user is not null)
        {
            yield return KeyOf(user, address);
        }
    }

    private string KeyOf(string user, IPAddress? address) => IsHome(user, address) ? $"user {user} {AddressOf(address)}" : $"user {user}";

    // What others did wrong at that address is nothing to a user who is known there.
    private bool IsHome(string user, IPAddress? address) => homes.Has(user, AddressOf(address));

    // An IPv6 host changes its address by the day, and its network seldom.
    private string AddressOf(IPAddress? address) => book.KeyOf(address) ?? Network.Text(address) ?? "";

    private Streak Next(Streak streak)
    {
        var now = time.GetUtcNow();
        var failures = streak.Last + Memory < now ? 1 : streak.Failures + 1;
        var beyond = failures - options.AuthFailures;
        if (beyond < 0)
        {
            return new(failures, now, default);
        }

        // 2^20 seconds is longer than any setting.
        var wait = FirstWait * Math.Pow(2, Math.Min(beyond, 20));
        return new(failures, now, now + (wait < options.AuthDelay ? wait : options.AuthDelay));
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (key, streak) in _streaks)
        {
            if (streak.Last + Memory < now)
            {
                _streaks.TryRemove(key, out _);
            }
        }

        // All of them young: a flood from everywhere. It forgets itself rather than fill the memory.
        if (_streaks.Count >= MaxKept)
        {
            _streaks.Clear();
        }
    }

    private sealed record Streak(int Failures, DateTimeOffset Last, DateTimeOffset Until);
}
