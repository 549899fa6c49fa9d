using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Enrollments;

namespace Gateway.Tracing;

/// <summary>When captures were committed whose event bears an earlier time, because the scanner stored them first; all others say it themselves.</summary>
internal sealed class CommitTimes : IProjection
{
    private const string Collection = "commit-times";

    public static DateTimeOffset Of(IJournal journal, StoredEvent capture, int step) =>
        journal.Document(Collection, capture.Channel.Id) is { } body
        && ContractJson.Read<Dictionary<int, DateTimeOffset>>(body).TryGetValue(step, out var committed) ? committed : capture.At;

    public void Appended(JournalTransaction transaction, StoredEvent stored)
    {
        if (stored.Channel.Kind != EnrollmentDesk.Kind || stored.Type != EnrollmentEvents.Progress || stored.At == transaction.Now)
        {
            return;
        }

        var times = transaction.Documents.Find(Collection, stored.Channel.Id) is { } body ? ContractJson.Read<Dictionary<int, DateTimeOffset>>(body) : [];
        times[stored.Read<EnrollmentEvents.ProgressData>().Step] = transaction.Now;
        transaction.Documents.Put(Collection, stored.Channel.Id, ContractJson.Write(times));
    }
}
