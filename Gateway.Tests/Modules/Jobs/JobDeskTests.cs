using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Jobs;

namespace Gateway.Tests.Modules.Jobs;

public sealed class JobDeskTests
{
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;

    [SetUp]
    public void OpenJournal()
    {
        _folder = new();
        _some = SomeJournal.Open(_folder);
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Report_WithTheSameKeyAgain_HasTheSameSeq_AlsoAfterTheEndAndAReopen()
    {
        await CreateAsync();
        var first = await ReportAsync("""{"type":"progress","done":1,"key":"7-1"}""");
        await ReportAsync("""{"type":"complete","key":"7-2"}""");
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder);
        var again = await ReportAsync("""{"type":"progress","done":1,"key":"7-1"}""");

        Assert.That((first.Seq, first.IsRepeat), Is.EqualTo((2, false)));
        Assert.That((again.Seq, again.IsRepeat, again.Refusal), Is.EqualTo((2, true, (Refusal?)null)));
        Assert.That((await ReportAsync("""{"type":"progress","done":1,"key":"7-3"}""")).Refusal?.Code, Is.EqualTo(RefusalCode.Terminal));
    }

    [Test]
    public async Task Key_OfOneJob_IsNotTheOneOfAnother()
    {
        await CreateAsync();
        await CreateAsync("export-1");
        await ReportAsync("""{"type":"progress","done":1,"key":"1"}""");

        Assert.That((await ReportAsync("""{"type":"progress","done":1,"key":"1"}""", "export-1")).IsRepeat, Is.False);
    }

    [Test]
    public async Task Report_OfNoJob_ChangesNothing_AndItsKeyIsWelcomeLater()
    {
        var early = await ReportAsync("""{"type":"progress","done":1,"key":"1"}""");
        await CreateAsync();

        Assert.That(early.Refusal?.Code, Is.EqualTo(RefusalCode.UnknownEnrollment));
        Assert.That(await ReportAsync("""{"type":"progress","done":1,"key":"1"}"""), Has.Property("Seq").EqualTo(2).And.Property("IsRepeat").False);
    }

    [Test]
    public async Task Job_OfAnIdThatIsThere_IsNotMade()
    {
        await CreateAsync();
        await ReportAsync("""{"type":"complete"}""");

        Assert.That(await CreateAsync(), Is.Null);
    }

    [Test]
    public async Task Running_NamesJobsUntilTheirEnd()
    {
        await CreateAsync();
        await CreateAsync("export-1");
        await ReportAsync("""{"type":"error","message":"no such file"}""");

        Assert.That(_some.Journal.Documents(JobDesk.Running).Select(kept => kept.Key), Is.EqualTo(new[] { "export-1" }));
    }

    [Test]
    public async Task JobRoomMismatch_ChannelAndFeedOfOneJob_CarryTheSameEvents()
    {
        // J, seed 003: the page sat in room 'bulk_upload', the server sent to 'bulk_upload:123'.
        await CreateAsync();
        await ReportAsync("""{"type":"progress","done":1}""");
        await ReportAsync("""{"type":"complete"}""");
        var channel = await _some.Journal.ReadAsync(JobDesk.ChannelOf("import-1"), 0, 100, CancellationToken.None);
        var feed = await _some.Journal.ReadFeedAsync(JobDesk.Kind, 0, 100, CancellationToken.None);

        Assert.That(channel.Select(stored => stored.Type), Is.EqualTo(new[] { "created", "progress", "complete" }));
        Assert.That(feed.Select(stored => Some.Text(stored.Json)), Is.EqualTo(channel.Select(stored => Some.Text(stored.Json))));
    }

    private Task<JobState?> CreateAsync(string id = "import-1") =>
        _some.Journal.WriteAsync(transaction => new JobDesk(new()).Create(transaction, new(id, "import", 10, null, null, null)));

    private Task<JobOutcome> ReportAsync(string json, string id = "import-1") => _some.Journal.WriteAsync(transaction =>
        JobDesk.Report(transaction, JobDesk.ChannelOf(id), JobReport.Read(System.Text.Encoding.UTF8.GetBytes(json)).Report!));
}
