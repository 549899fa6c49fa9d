using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Enrollments;

/// <summary>What moves in the same transaction as an enrollment's events: its open part, the scanner's lease, the scanner's slots.</summary>
internal static class EnrollmentRecords
{
    public const string Open = "enrollments-open";
    public const string Clearings = "enrollments-to-clear";
    private const string Leases = "leases";
    private const string Slots = "slots";

    public static T? Find<T>(JournalTransaction transaction, string collection, string key)
        where T : class => transaction.Documents.Find(collection, key) is { } body ? ContractJson.Read<T>(body) : null;

    public static void Put<T>(JournalTransaction transaction, string collection, string key, T record) =>
        transaction.Documents.Put(collection, key, ContractJson.Write(record));

    public static string? Holder(JournalTransaction transaction, string device) => Find<Lease>(transaction, Leases, device)?.Enrollment;

    public static void Hold(JournalTransaction transaction, string device, string enrollment) => Put(transaction, Leases, device, new Lease(enrollment));

    public static void Release(JournalTransaction transaction, string device) => transaction.Documents.Remove(Leases, device);

    /// <summary>The lowest free slot; null when all are taken.</summary>
    public static int? TakeSlot(JournalTransaction transaction, string device, int capacity, string person, string enrollment)
    {
        var table = SlotsOf(transaction, device);
        for (var slot = 0; slot < capacity; slot++)
        {
            if (table.TryAdd(slot, new(person, enrollment)))
            {
                Put(transaction, Slots, device, table);
                return slot;
            }
        }

        return null;
    }

    public static void FreeSlot(JournalTransaction transaction, string device, int slot)
    {
        var table = SlotsOf(transaction, device);
        if (table.Remove(slot))
        {
            Put(transaction, Slots, device, table);
        }
    }

    public static void FreeSlots(JournalTransaction transaction, string device) => transaction.Documents.Remove(Slots, device);

    private static SortedDictionary<int, SlotUse> SlotsOf(JournalTransaction transaction, string device) =>
        Find<SortedDictionary<int, SlotUse>>(transaction, Slots, device) ?? [];

    private sealed record Lease(string Enrollment);

    private sealed record SlotUse(string Person, string Enrollment);
}

/// <summary>The retained topics of an ended enrollment, until they are cleared.</summary>
internal sealed record Clearing(string Device, string Enrollment, int Scans)
{
    public IEnumerable<string> Topics()
    {
        for (var step = 1; step <= Scans; step++)
        {
            yield return $"scanners/{Device}/enrollments/{Enrollment}/scans/{step}";
        }

        yield return $"scanners/{Device}/enrollments/{Enrollment}/result";
    }
}
