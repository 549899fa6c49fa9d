using System.Text;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Jobs;

namespace Gateway.Tests.Support;

/// <summary>One job in memory, driven by reports as they come over the wire.</summary>
internal sealed class SomeJob
{
    private readonly JobKind _kind = new();
    private long _seq;

    public SomeJob(long? total = null, int? stalledAfter = null) =>
        Append(EventDraft.Of(JobEvents.Created, new JobEvents.CreatedData("import", total, "bulk_upload:123", stalledAfter, Data: null)));

    public JobState State { get; private set; } = null!;

    /// <summary>Type and data of the newest event.</summary>
    public string Last { get; private set; } = "";

    public SomeJob After(params ReadOnlySpan<string> reports)
    {
        foreach (var json in reports)
        {
            Assert.That(Report(json), Is.Null, json);
        }

        return this;
    }

    public Refusal? Report(string json)
    {
        var (report, fault) = JobReport.Read(Encoding.UTF8.GetBytes(json));
        Assert.That(fault, Is.Null, json);
        var (draft, refusal) = JobRules.Decide(State, report!);
        if (refusal is null)
        {
            Append(draft);
        }

        return refusal;
    }

    private void Append(EventDraft draft)
    {
        var stored = new StoredEvent(ChannelName.Of(JobDesk.Kind, "import-1"), ++_seq, _seq, draft.Type, Some.Now, draft.Data);
        State = _kind.Fold(State, stored);
        Last = $"{stored.Type} {Encoding.UTF8.GetString(stored.Data.Span)}";
    }
}
