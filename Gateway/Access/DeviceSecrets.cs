using System.Collections.Concurrent;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>The scanners' secrets, as hashes. A new one replaces the old one when it is first used, or after an hour.</summary>
internal sealed class DeviceSecrets(IJournal journal, TimeProvider time)
{
    private const string Collection = "device-secrets";

    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // Follows the documents: changed after each commit that changed them.
    private readonly ConcurrentDictionary<string, KeptSecret> _kept = new();

    public void Load()
    {
        foreach (var (device, body) in journal.Documents(Collection))
        {
            _kept[device] = ContractJson.Read<KeptSecret>(body);
        }
    }

    /// <summary>Called when a new secret is first used: whoever is still connected by the old one has to go.</summary>
    public Action<string> Retired { get; set; } = static _ => { };

    /// <summary>Inside the caller's transaction; call <see cref="Changed"/> with the result after it.</summary>
    public static IssuedSecret Issue(JournalTransaction transaction, string device, string secret)
    {
        var before = transaction.Documents.Find(Collection, device) is { } body ? ContractJson.Read<KeptSecret>(body) : null;

        // One that was never used makes room for the next: the scanner still has the one before it.
        var kept = before?.OldHash is null
            ? new KeptSecret(Secret.Hash(secret), before?.Hash, before is null ? null : transaction.Now + Grace)
            : before with { Hash = Secret.Hash(secret) };
        transaction.Documents.Put(Collection, device, ContractJson.Write(kept));
        return new(device, kept);
    }

    public static void Remove(JournalTransaction transaction, string device) => transaction.Documents.Remove(Collection, device);

    public bool Knows(string device) => _kept.ContainsKey(device);

    public void Changed(IssuedSecret issued) => _kept[issued.Device] = issued.Kept;

    public void Removed(string device) => _kept.TryRemove(device, out _);

    public async ValueTask<bool> IsRightAsync(string device, ReadOnlyMemory<byte> presented)
    {
        if (!_kept.TryGetValue(device, out var kept))
        {
            return false;
        }

        var hash = Secret.Hash(presented.Span);
        if (Secret.Matches(hash, kept.Hash))
        {
            if (kept.OldHash is not null)
            {
                await RetireOldAsync(device, kept.Hash);
            }

            return true;
        }

        return kept.OldUntil > time.GetUtcNow() && Secret.Matches(hash, kept.OldHash);
    }

    private async Task RetireOldAsync(string device, string hash)
    {
        var only = new KeptSecret(hash, null, null);
        await journal.WriteAsync(transaction =>
        {
            transaction.Documents.Put(Collection, device, ContractJson.Write(only));
            return only;
        });
        _kept[device] = only;
        Retired(device);
    }

    internal sealed record KeptSecret(string Hash, string? OldHash, DateTimeOffset? OldUntil);

    internal sealed record IssuedSecret(string Device, KeptSecret Kept);
}
