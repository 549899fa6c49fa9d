using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>Whose finger is in which slot of a scanner's sensor, and which slot waits for the outcome of an enrollment.</summary>
internal static class DeviceSlots
{
    private const string Collection = "slots";

    public static SortedDictionary<int, SlotUse> Of(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Collection, device) is { } body ? ContractJson.Read<SortedDictionary<int, SlotUse>>(body) : [];

    /// <summary>The lowest free slot; null when all are taken.</summary>
    public static int? Take(JournalTransaction transaction, string device, int capacity, string person, string enrollment)
    {
        var table = Of(transaction, device);
        for (var slot = 0; slot < capacity; slot++)
        {
            if (table.TryAdd(slot, new(person, enrollment, At: null)))
            {
                Put(transaction, device, table);
                return slot;
            }
        }

        return null;
    }

    /// <summary>The finger is in the sensor; the slot stays the person's until it is deleted there.</summary>
    public static void Keep(JournalTransaction transaction, string device, int slot, string enrollment)
    {
        var table = Of(transaction, device);
        if (table.TryGetValue(slot, out var use) && use.Enrollment == enrollment)
        {
            table[slot] = use with { At = transaction.Now };
            Put(transaction, device, table);
        }
    }

    /// <param name="enrollment">Null: whoever has it.</param>
    public static void Free(JournalTransaction transaction, string device, int slot, string? enrollment = null)
    {
        var table = Of(transaction, device);
        if (table.TryGetValue(slot, out var use) && (enrollment is null || use.Enrollment == enrollment) && table.Remove(slot))
        {
            Put(transaction, device, table);
        }
    }

    /// <summary>Taken until the finger is deleted, but not by anybody who is known.</summary>
    public static void Rename(JournalTransaction transaction, string device, string person, string alias)
    {
        var table = Of(transaction, device);
        foreach (var (slot, use) in table.Where(entry => entry.Value.Person == person).ToList())
        {
            table[slot] = use with { Person = alias };
        }

        Put(transaction, device, table);
    }

    public static void FreeAll(JournalTransaction transaction, string device) => transaction.Documents.Remove(Collection, device);

    /// <summary>How many fingers the sensor should hold; the one being enrolled may be in it already.</summary>
    public static int Expected(JournalTransaction transaction, string device, int stored)
    {
        var table = Of(transaction, device);
        var kept = table.Values.Count(use => use.At is not null);
        return stored == kept + 1 && kept < table.Count ? stored : kept;
    }

    private static void Put(JournalTransaction transaction, string device, SortedDictionary<int, SlotUse> table) =>
        transaction.Documents.Put(Collection, device, ContractJson.Write(table));
}

/// <param name="At">Since when the finger is there; null while it is being enrolled.</param>
internal sealed record SlotUse(string Person, string Enrollment, DateTimeOffset? At);
