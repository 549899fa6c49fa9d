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

    /// <summary>Hears, by their hashes, of secrets that are replaced and until when each is good: whoever came in by one has to go then.</summary>
    public Action<string, string, DateTimeOffset> Ending { get; set; } = static (_, _, _) => { };

    /// <summary>Inside the caller's transaction; <see cref="Changed"/> has to hear of the result when it is committed, in the order of commits.</summary>
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

    /// <param name="issued">Null where none was.</param>
    public void Changed(IssuedSecret? issued)
    {
        if (issued is null)
        {
            return;
        }

        _kept.TryGetValue(issued.Device, out var before);
        _kept[issued.Device] = issued.Kept;
        if (before is not null && before.Hash != issued.Kept.Hash)
        {
            Ending(issued.Device, before.Hash, EndOf(issued.Device, before.Hash) ?? DateTimeOffset.MinValue);
        }
    }

    public void Removed(string device) => _kept.TryRemove(device, out _);

    /// <summary>The hash of the secret that was shown; null when it is not this device's, or no longer.</summary>
    public async ValueTask<string?> ProveAsync(string device, ReadOnlyMemory<byte> presented)
    {
        if (!_kept.TryGetValue(device, out var kept))
        {
            return null;
        }

        var hash = Secret.Hash(presented.Span);
        if (Secret.Matches(hash, kept.Hash) && kept.OldHash is not null)
        {
            await RetireOldAsync(device, hash);
        }

        return IsGood(device, hash) ? hash : null;
    }

    /// <summary>Whether whoever came in by the secret of this hash may stay.</summary>
    public bool IsGood(string device, string hash) => _kept.TryGetValue(device, out var kept)
        && (Secret.Matches(hash, kept.Hash) || (kept.OldUntil > time.GetUtcNow() && Secret.Matches(hash, kept.OldHash)));

    /// <summary>Until when it is good; null where no end is set.</summary>
    public DateTimeOffset? EndOf(string device, string hash) =>
        _kept.TryGetValue(device, out var kept) && Secret.Matches(hash, kept.OldHash) ? kept.OldUntil : null;

    private async Task RetireOldAsync(string device, string hash)
    {
        var only = new KeptSecret(hash, null, null);

        // Decided on the one writer: a still newer one, made at the same time, is not undone by this.
        await journal.WriteAsync(
            transaction =>
            {
                if (transaction.Documents.Find(Collection, device) is not { } body || ContractJson.Read<KeptSecret>(body) is not { OldHash: { } old } kept
                    || kept.Hash != hash)
                {
                    return null;
                }

                transaction.Documents.Put(Collection, device, ContractJson.Write(only));
                return old;
            },
            old =>
            {
                if (old is not null)
                {
                    _kept[device] = only;
                    Ending(device, old, DateTimeOffset.MinValue);
                }
            });
    }

    internal sealed record KeptSecret(string Hash, string? OldHash, DateTimeOffset? OldUntil);

    internal sealed record IssuedSecret(string Device, KeptSecret Kept);
}
