using Gateway.Journal;

namespace Gateway.Modules.Jobs;

/// <summary>Reports over MQTT, on <c>jobs/{job}/events</c>: for workers that speak it anyway, and the fastest way in.</summary>
internal sealed class JobTopics(Jobs jobs) : IModuleTopics
{
    private const string Prefix = "jobs/";
    private const string Suffix = "/events";

    public ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival)
    {
        if (!topic.StartsWith(Prefix, StringComparison.Ordinal) || !topic.EndsWith(Suffix, StringComparison.Ordinal)
            || topic.Length <= Prefix.Length + Suffix.Length || topic.AsSpan(Prefix.Length, topic.Length - Prefix.Length - Suffix.Length).Contains('/'))
        {
            return null;
        }

        // The topic without its last level is the name of the channel.
        if (!ChannelName.TryParse(topic[..^Suffix.Length], out var channel))
        {
            throw new MalformedMessageException("the topic names a job with characters that no job's id has");
        }

        var (report, fault) = JobReport.Read(payload.Span);
        return report is null ? throw new MalformedMessageException(fault!.ToString()) : new JobMessage(channel, report with { By = arrival.Owner }, jobs);
    }
}

/// <summary>A report that came by MQTT. Its key is looked after by the desk, which answers the repeat over HTTP with the first seq.</summary>
internal sealed record JobMessage(ChannelName Channel, JobReport Report, Jobs Jobs) : ModuleMessage(Device: null, Scope: "", Key: null, Fingerprint: "")
{
    public override Carried Carry(JournalTransaction transaction)
    {
        var outcome = JobDesk.Report(transaction, Channel, Report);
        return new(outcome.Refusal, Completed: outcome.State is { } state ? () => Jobs.Done(state) : null, IsRepeat: outcome.IsRepeat);
    }
}
