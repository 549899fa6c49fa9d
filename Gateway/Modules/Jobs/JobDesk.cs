using System.Text.Json;
using Gateway.Journal;

namespace Gateway.Modules.Jobs;

/// <summary>Carries out decisions inside a transaction. Used only by the writer loop.</summary>
internal sealed class JobDesk(JobsOptions options)
{
    public const string Kind = "jobs";

    /// <summary>The jobs that have not ended, by id, so that a start finds them without reading all that ever were.</summary>
    public const string Running = "jobs-running";

    public static ChannelName ChannelOf(string job) => ChannelName.Of(Kind, job);

    public static JobState? Find(JournalTransaction transaction, string job) =>
        ChannelName.TryParse($"{Kind}/{job}", out var channel) ? transaction.State<JobState>(channel) : null;

    /// <summary>Null when there is one of this id already.</summary>
    public JobState? Create(JournalTransaction transaction, JobRequest request)
    {
        var id = request.Id ?? Guid.CreateVersion7(transaction.Now).ToString();
        var channel = ChannelOf(id);
        if (transaction.Seq(channel) > 0)
        {
            return null;
        }

        var silence = request.StalledAfter ?? options.StalledSeconds;
        transaction.Append(channel, EventDraft.Of(
            JobEvents.Created,
            new JobEvents.CreatedData(request.Name, request.Total, request.Ref, silence == 0 ? null : silence, request.Data, request.By)));
        transaction.Documents.Put(Running, id, "{}"u8.ToArray());
        return transaction.State<JobState>(channel);
    }

    public static JobOutcome Report(JournalTransaction transaction, ChannelName channel, JobReport report)
    {
        if (transaction.State<JobState>(channel) is not { } state)
        {
            return new() { Refusal = new(RefusalCode.UnknownEnrollment, $"there is no job {channel.Id}") };
        }

        // The key alone tells a repeat, for ever; it is answered as the first time, also after the job's end.
        var scope = report.Key is null ? null : channel.ToString();
        if (scope is not null && transaction.Seen(scope, report.Key!) is { } seen)
        {
            return new() { Seq = long.Parse(seen.Fingerprint), IsRepeat = true };
        }

        var (draft, refusal) = JobRules.Decide(state, report);
        if (refusal is not null)
        {
            return new() { Refusal = refusal };
        }

        var stored = transaction.Append(channel, draft);
        if (scope is not null)
        {
            transaction.Remember(scope, report.Key!, stored.Position, stored.Seq.ToString());
        }

        var after = transaction.State<JobState>(channel)!;
        if (after.IsTerminal)
        {
            transaction.Documents.Remove(Running, channel.Id);
        }

        return new() { Seq = stored.Seq, State = after };
    }
}

/// <param name="Id">Null: one is made.</param>
/// <param name="StalledAfter">Seconds; 0 is never, null as set for the service.</param>
internal sealed record JobRequest(string? Id, string Name, long? Total, string? Ref, int? StalledAfter, JsonElement? Data, string? By = null);

/// <summary>What became of a report.</summary>
internal readonly record struct JobOutcome
{
    public long Seq { get; init; }

    public bool IsRepeat { get; init; }

    public Refusal? Refusal { get; init; }

    /// <summary>The job after it; null when nothing was changed.</summary>
    public JobState? State { get; init; }
}
