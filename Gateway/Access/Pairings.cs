using System.Net;
using System.Security.Cryptography;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>
/// A screen without a keyboard becomes a kiosk: it shows a code, somebody who may types it into the console, and the screen, which alone
/// knows the secret that belongs to the code, gets its session. In memory only: ten minutes are soon asked for again.
/// </summary>
internal sealed class Pairings(LimitBook book, TimeProvider time)
{
    // Without 0 and O, 1 and I: they are read from a screen across a room.
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int CodeLength = 8;
    private const int MaxOpen = 200;
    private const int MaxOpenPerAddress = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();

    // Owned by _lock; by code.
    private readonly Dictionary<string, Pairing> _open = new(StringComparer.Ordinal);

    /// <exception cref="RequestRefusedException">Too many are waiting.</exception>
    public (string Code, string Secret, DateTimeOffset ExpiresAt) Begin(IPAddress? address)
    {
        var key = book.KeyOf(address);
        var secret = Secret.Make();
        lock (_lock)
        {
            DropExpired();
            if (_open.Count >= MaxOpen || (key is not null && _open.Values.Count(pairing => pairing.Address == key) >= MaxOpenPerAddress))
            {
                book.Bit("pairings", key ?? "everybody");
                throw new RequestRefusedException(
                    StatusCodes.Status429TooManyRequests, "limited", "Too many screens wait to be paired; try again in some minutes.");
            }

            string code;
            do
            {
                code = RandomNumberGenerator.GetString(Letters, CodeLength);
            }
            while (_open.ContainsKey(code));

            var until = time.GetUtcNow() + Lifetime;
            _open[code] = new(Secret.Hash(secret), key, until);
            return (code, secret, until);
        }
    }

    /// <summary>Whether a screen shows this code at the moment, and nobody has confirmed it yet.</summary>
    public bool IsWaiting(string code)
    {
        lock (_lock)
        {
            DropExpired();
            return _open.TryGetValue(Plain(code), out var pairing) && pairing.Kiosk is null;
        }
    }

    /// <summary>After the kiosk is on disk. False when the code ran out meanwhile, or another was quicker.</summary>
    public bool Confirm(string code, Identity kiosk)
    {
        lock (_lock)
        {
            DropExpired();
            if (!_open.TryGetValue(Plain(code), out var pairing) || pairing.Kiosk is not null)
            {
                return false;
            }

            _open[Plain(code)] = pairing with { Kiosk = kiosk };
            return true;
        }
    }

    /// <summary>Asked by the screen. The kiosk is handed out once.</summary>
    public (bool IsKnown, Identity? Kiosk) Ask(string code, string secret)
    {
        lock (_lock)
        {
            DropExpired();
            if (!_open.TryGetValue(Plain(code), out var pairing) || !Secret.Matches(Secret.Hash(secret), pairing.SecretHash))
            {
                return (false, null);
            }

            if (pairing.Kiosk is not null)
            {
                _open.Remove(Plain(code));
            }

            return (true, pairing.Kiosk);
        }
    }

    /// <summary>As people type it: in any case, with a dash or a space in the middle.</summary>
    private static string Plain(string code) => code.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        foreach (var code in _open.Where(pairing => pairing.Value.Until <= now).Select(pairing => pairing.Key).ToList())
        {
            _open.Remove(code);
        }
    }

    /// <param name="Kiosk">Null until it is confirmed.</param>
    private sealed record Pairing(string SecretHash, string? Address, DateTimeOffset Until, Identity? Kiosk = null);
}
