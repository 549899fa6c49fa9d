using System.Text.Json.Serialization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.People;

/// <summary>Somebody who is being forgotten, or was: what is left of them is this.</summary>
internal sealed record Forgetting
{
    /// <summary>What they are called in history from now on.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    /// <summary>Since when nothing that is kept names them; null while it is being taken out.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Where their fingers were.</summary>
    public IReadOnlyList<ForgottenFinger> Fingers { get; init; } = [];
}

/// <param name="DeletedAt">When the scanner said so; null while it has not.</param>
/// <param name="Reason">Why the scanner did not do it.</param>
internal sealed record ForgottenFinger(
    string Device, int Slot, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? DeletedAt, string? Reason = null);

/// <summary>What is still to be taken out of history; gone with the last of it.</summary>
/// <param name="Person">Null once history is rewritten, and only the logs have to be overwritten.</param>
/// <param name="Topics">Retained ones that tell their enrollments.</param>
internal sealed record OpenErasure(string? Person, bool InRooms, long UpTo, IReadOnlyList<string> Topics);

/// <summary>The records of who was forgotten. Changed only inside transactions.</summary>
internal static class ForgettingRecords
{
    public const string Collection = "forgettings";

    /// <summary>Nobody can tell any more: the scanner was taken off the list with the finger in its sensor.</summary>
    public const string ScannerRemoved = "scanner_removed";

    /// <summary>By forgetting.</summary>
    public const string Open = "forgettings-open";

    // By scanner: which of its slots still hold a finger of whom.
    private const string Fingers = "forgotten-fingers";

    public static Forgetting Begin(JournalTransaction transaction, Forgetting forgetting, OpenErasure erasure)
    {
        transaction.Documents.Put(Collection, forgetting.Id, ContractJson.Write(forgetting));
        transaction.Documents.Put(Open, forgetting.Id, ContractJson.Write(erasure));
        foreach (var finger in forgetting.Fingers.Where(finger => finger.Reason is null))
        {
            var table = TableOf(transaction, finger.Device);
            table[finger.Slot] = forgetting.Id;
            transaction.Documents.Put(Fingers, finger.Device, ContractJson.Write(table));
        }

        return forgetting;
    }

    public static void Rewritten(JournalTransaction transaction, string id, OpenErasure open) =>
        transaction.Documents.Put(Open, id, ContractJson.Write(open with { Person = null, Topics = [] }));

    public static void Erased(JournalTransaction transaction, string id)
    {
        transaction.Documents.Remove(Open, id);
        Change(transaction, id, forgetting => forgetting with { ErasedAt = transaction.Now });
    }

    /// <summary>What a scanner said of a finger that it was to delete.</summary>
    /// <param name="reason">Null: it is deleted.</param>
    /// <returns>False when it was nobody's who is forgotten.</returns>
    public static bool Told(JournalTransaction transaction, string device, int slot, string? reason)
    {
        var table = TableOf(transaction, device);
        if (!table.TryGetValue(slot, out var id))
        {
            return false;
        }

        if (reason is null or ScannerRemoved)
        {
            table.Remove(slot);
            transaction.Documents.Put(Fingers, device, ContractJson.Write(table));
        }

        Change(transaction, id, forgetting => forgetting with
        {
            Fingers = [.. forgetting.Fingers.Select(finger => finger.Device != device || finger.Slot != slot ? finger
                : finger with { DeletedAt = reason is null ? transaction.Now : null, Reason = reason })],
        });
        return true;
    }

    /// <summary>Nobody hears from that scanner any more.</summary>
    public static void Removed(JournalTransaction transaction, string device)
    {
        foreach (var slot in TableOf(transaction, device).Keys)
        {
            Told(transaction, device, slot, ScannerRemoved);
        }
    }

    private static void Change(JournalTransaction transaction, string id, Func<Forgetting, Forgetting> change)
    {
        if (transaction.Documents.Find(Collection, id) is { } body)
        {
            transaction.Documents.Put(Collection, id, ContractJson.Write(change(ContractJson.Read<Forgetting>(body))));
        }
    }

    private static Dictionary<int, string> TableOf(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Fingers, device) is { } body ? ContractJson.Read<Dictionary<int, string>>(body) : [];
}
