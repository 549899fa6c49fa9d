using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Enrollments;

/// <summary>What moves in the same transaction as an enrollment's events: its open part, and the scanner's lease.</summary>
internal static class EnrollmentRecords
{
    public const string Open = "enrollments-open";
    public const string Clearings = "enrollments-to-clear";
    private const string Leases = "leases";
    private const string Cancels = "enrollments-cancels";

    public static T? Find<T>(JournalTransaction transaction, string collection, string key)
        where T : class => transaction.Documents.Find(collection, key) is { } body ? ContractJson.Read<T>(body) : null;

    public static void Put<T>(JournalTransaction transaction, string collection, string key, T record) =>
        transaction.Documents.Put(collection, key, ContractJson.Write(record));

    public static string? Holder(JournalTransaction transaction, string device) => Find<Lease>(transaction, Leases, device)?.Enrollment;

    public static void Hold(JournalTransaction transaction, string device, string enrollment) => Put(transaction, Leases, device, new Lease(enrollment));

    public static void Release(JournalTransaction transaction, string device) => transaction.Documents.Remove(Leases, device);

    /// <summary>Of each scanner, the cancels that it may still have to hear.</summary>
    public static void KeepCancel(JournalTransaction transaction, DeviceCommand cancel) =>
        Put(transaction, Cancels, cancel.Device, (List<string>)[.. Find<List<string>>(transaction, Cancels, cancel.Device) ?? [], cancel.Id]);

    public static IReadOnlyList<string> TakeCancels(JournalTransaction transaction, string device)
    {
        var cancels = Find<List<string>>(transaction, Cancels, device) ?? [];
        transaction.Documents.Remove(Cancels, device);
        return cancels;
    }

    private sealed record Lease(string Enrollment);
}

/// <summary>The retained topics of an ended enrollment, until the last of them is cleared: the scanner's at once, the state after a while.</summary>
internal sealed record Clearing(string Device, string Enrollment, int Scans, DateTimeOffset StateUntil)
{
    public string StateTopic => StateTopicOf(Enrollment);

    public static string StateTopicOf(string enrollment) => $"enrollments/{enrollment}/state";

    public IEnumerable<string> ScannerTopics()
    {
        for (var step = 1; step <= Scans; step++)
        {
            yield return $"scanners/{Device}/enrollments/{Enrollment}/scans/{step}";
        }

        yield return $"scanners/{Device}/enrollments/{Enrollment}/result";
    }
}
