using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Jobs;

/// <summary>Jobs: any process reports how far it is; each report is on the job's own channel and in the feed of all jobs by one append.</summary>
internal sealed class Jobs(IJournal journal, JobWatch watch)
{
    /// <summary>Takes up the jobs that were running when the service ended.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var (id, _) in journal.Documents(JobDesk.Running))
        {
            if (await journal.SnapshotAsync(JobDesk.ChannelOf(id), cancellation) is { } snapshot)
            {
                watch.Heard(ContractJson.Read<JobState>(snapshot.State.Span));
            }
        }

        watch.Start();
    }

    /// <summary>After the commit of what the desk has carried out, in the order of commits: a job that has ended is not heard of again.</summary>
    public void Done(JobState state) => watch.Heard(state);
}
