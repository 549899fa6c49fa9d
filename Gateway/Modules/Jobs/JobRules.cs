using Gateway.Journal;

namespace Gateway.Modules.Jobs;

/// <summary>Decides what a report does to its job: pure and total.</summary>
internal static class JobRules
{
    public static (EventDraft Event, Refusal? Refusal) Decide(JobState state, JobReport report)
    {
        if (state.IsTerminal)
        {
            return (default, new(RefusalCode.Terminal, $"the job has ended as {state.State.ToString().ToLowerInvariant()}"));
        }

        var total = report.Total ?? state.Total;
        if (report.Type == JobReportType.Progress)
        {
            // A late one says where the job stood when it was sent; what is shown never falls.
            var reported = report.Done ?? state.Done;
            var isLate = reported < state.Done;
            var percent = isLate ? JobState.PercentOf(reported, total) : state.PercentAt(reported, total);
            return (JobEvents.Reported(JobEvents.Progress, state, report, reported, total, percent, isLate), null);
        }

        var done = Math.Max(state.Done, report.Done ?? 0);
        return report.Type == JobReportType.Complete
            ? (JobEvents.Reported(JobEvents.Complete, state, report, done, total, percent: 100, isLate: false), null)
            : (JobEvents.Reported(JobEvents.Error, state, report, done, total, state.PercentAt(done, total), isLate: false), null);
    }
}
