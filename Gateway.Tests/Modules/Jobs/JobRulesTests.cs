using System.Text;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Jobs;

namespace Gateway.Tests.Modules.Jobs;

public sealed class JobRulesTests
{
    [Test]
    public void Progress_Late_IsRecordedButNotShown()
    {
        var job = new SomeJob(total: 4).After("""{"type":"progress","done":2,"message":"half"}""", """{"type":"progress","done":1,"message":"a quarter"}""");

        Assert.That((job.State.Done, job.State.Percent, job.State.Message), Is.EqualTo((2, 50, "half")));
        Assert.That(job.Last, Is.EqualTo("""progress {"done":1,"total":4,"percent":25,"message":"a quarter","late":true}"""));
    }

    [Test]
    public void Progress_WithTheSameCountAgain_IsNotLate() =>
        Assert.That(new SomeJob(total: 4).After("""{"type":"progress","done":2}""", """{"type":"progress","done":2}""").Last, Does.Not.Contain("late"));

    [Test]
    public void Progress_WithoutACount_KeepsIt_AndShowsItsMessage()
    {
        var state = new SomeJob(total: 4).After("""{"type":"progress","done":3}""", """{"type":"progress","message":"still at it"}""").State;

        Assert.That((state.Done, state.Percent, state.Message), Is.EqualTo((3, 75, "still at it")));
    }

    [TestCase(1, 3, 33)]
    [TestCase(2, 3, 66)]
    [TestCase(3, 3, 100)]
    [TestCase(5, 3, 100)]
    [TestCase(0, 0, 0)]
    [TestCase(JobReport.MaxCount, JobReport.MaxCount, 100)]
    public void Percent_IsRoundedDown_AndNeverBeyond100(long done, long total, int percent) =>
        Assert.That(new SomeJob().After($$"""{"type":"progress","done":{{done}},"total":{{total}}}""").State.Percent, Is.EqualTo(percent));

    [Test]
    public void Percent_NeverFalls_WhateverTheTotalBecomes()
    {
        var random = new Random(9);
        for (var history = 0; history < 500; history++)
        {
            var job = new SomeJob(random.Next(3) == 0 ? null : random.Next(4));
            var shown = new List<int> { job.State.Percent };
            for (var report = 0; report < 12 && !job.State.IsTerminal; report++)
            {
                var total = random.Next(2) == 0 ? "" : $",\"total\":{random.Next(30)}";
                var type = random.Next(10) == 0 ? "error" : "progress";
                job.After($"{{\"type\":\"{type}\",\"done\":{random.Next(30)}{total}}}");
                shown.Add(job.State.Percent);
                Assert.That(job.Last, Does.Contain("\"late\":true").Or.Contain($"\"percent\":{shown[^1]}"));
            }

            Assert.That(shown, Is.Ordered);
        }
    }

    [TestCase("1e3", 1000)]
    [TestCase("1000.0", 1000)]
    [TestCase("25e-1", null)]
    [TestCase("1e400", null)]
    public void Count_IsANumber_HoweverItIsWritten(string written, long? done)
    {
        var (report, fault) = JobReport.Read(Encoding.UTF8.GetBytes($$"""{"type":"progress","done":{{written}}}"""));

        Assert.That((report?.Done, fault?.Field), Is.EqualTo((done, done is null ? "done" : null)));
    }

    [Test]
    public void Total_ThatNobodyKnows_IsNullAndZeroPercent_UntilTheEnd()
    {
        var job = new SomeJob().After("""{"type":"progress","done":7}""");
        Assert.That(Some.Json(job.State), Does.Contain("\"done\":7,\"total\":null,\"percent\":0,\"message\":null"));

        Assert.That(job.After("""{"type":"complete"}""").State.Percent, Is.EqualTo(100));
    }

    [Test]
    public void Complete_WithASmallerCount_KeepsTheGreatest()
    {
        var state = new SomeJob(total: 4).After("""{"type":"progress","done":4}""", """{"type":"complete","done":1,"message":"done"}""").State;

        Assert.That((state.State, state.Done, state.Percent, state.Message), Is.EqualTo((JobPhase.Succeeded, 4, 100, "done")));
    }

    [Test]
    public void Error_WithoutAMessage_SaysUnknown()
    {
        var job = new SomeJob(total: 4).After("""{"type":"progress","done":2}""", """{"type":"error"}""");

        Assert.That((job.State.State, job.State.Percent, job.State.Message), Is.EqualTo((JobPhase.Failed, 50, "unknown")));
    }

    [Test]
    public void AnyReport_AfterAnEnd_IsTerminal([Values("progress", "complete", "error")] string type, [Values("complete", "error")] string end)
    {
        var job = new SomeJob().After($$"""{"type":"{{end}}"}""");

        Assert.That(job.Report($$"""{"type":"{{type}}"}""")?.Code, Is.EqualTo(RefusalCode.Terminal));
    }

    [Test]
    public void State_ReadBackFromDisk_FoldsOnAsBefore()
    {
        IChannelKind kind = new JobKind();
        var job = new SomeJob(total: 9).After("""{"type":"progress","done":3,"message":"Größe"}""");
        var back = (JobState)kind.Read(kind.Write(job.State));

        Assert.That(back, Is.EqualTo(job.State));
    }

    [TestCase("""{"type":"progres"}""", "type")]
    [TestCase("""{"type":7}""", "type")]
    [TestCase("{}", "type")]
    [TestCase("""{"type":"progress","done":-1}""", "done")]
    [TestCase("""{"type":"progress","done":1.5}""", "done")]
    [TestCase("""{"type":"progress","done":"1"}""", "done")]
    [TestCase("""{"type":"progress","total":9007199254740992}""", "total")]
    [TestCase("""{"type":"progress","message":""}""", "message")]
    [TestCase("""{"type":"progress","key":{}}""", "key")]
    [TestCase("""{"type":"progress","data":[1]}""", "data")]
    [TestCase("""{"type":"progress"} x""", "body")]
    [TestCase("""["type"]""", "body")]
    [TestCase("""{"type":"progress","message":"\ud800"}""", "body")]
    [TestCase("", "body")]
    [TestCase("{", "body")]
    public void Report_ThatIsWrong_NamesTheField(string json, string field)
    {
        var (report, fault) = JobReport.Read(Encoding.UTF8.GetBytes(json));

        Assert.That((report, fault?.Field), Is.EqualTo(((JobReport?)null, field)));
        Assert.That(fault!.Sentence, Is.Not.Empty);
    }

    [Test]
    public void Report_WithUnknownFieldsAndNulls_IsReadWithoutThem()
    {
        var (report, _) = JobReport.Read("""{"x":{"type":[1,{}]},"done":null,"message":null,"data":null,"key":null,"type":"progress","y":1}"""u8);

        Assert.That(report, Is.EqualTo(new JobReport(JobReportType.Progress, null, null, null, null, default)));
    }

    [Test]
    public void Report_ThatIsNoUtf8_NamesTheBody() => Assert.That(JobReport.Read([(byte)'{', 0xFF, (byte)'}']).Fault?.Field, Is.EqualTo("body"));

    [Test]
    public void Data_OfTheWorker_IsKeptAsItIs()
    {
        const string Data = """{ "row": [1, 2],"n":"é\u00e9"}""";

        Assert.That(new SomeJob().After($$"""{"type":"progress","data":{{Data}},"done":1}""").Last, Does.EndWith($"\"data\":{Data}}}"));
    }
}
