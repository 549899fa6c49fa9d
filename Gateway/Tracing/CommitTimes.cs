using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Enrollments;

namespace Gateway.Tracing;

/// <summary>When captures were committed whose event bears another time, because scanner or service stored them first; all others say it themselves.</summary>
internal sealed class CommitTimes : IProjection
{
    private const string Collection = "commit-times";

    public static DateTimeOffset Of(IJournal journal, StoredEvent capture, int step) =>
        journal.Document(Collection, capture.Channel.Id) is { } body
        && ContractJson.Read<Dictionary<int, DateTimeOffset>>(body).TryGetValue(step, out var committed) ? committed : capture.At;

    public void Appended(JournalTransaction transaction, StoredEvent stored)
    {
        if (stored.Channel.Kind != EnrollmentDesk.Kind || stored.Type != EnrollmentEvents.Progress)
        {
            return;
        }

        var step = stored.Read<EnrollmentEvents.ProgressData>().Step;
        var open = EnrollmentRecords.Find<OpenEnrollment>(transaction, EnrollmentRecords.Open, stored.Channel.Id);
        var committed = open?.HeldScans.FirstOrDefault(held => held.Step == step)?.HeldAt ?? transaction.Now;
        if (committed == stored.At)
        {
            return;
        }

        var times = transaction.Documents.Find(Collection, stored.Channel.Id) is { } body ? ContractJson.Read<Dictionary<int, DateTimeOffset>>(body) : [];
        times[step] = committed;
        transaction.Documents.Put(Collection, stored.Channel.Id, ContractJson.Write(times));
    }
}
