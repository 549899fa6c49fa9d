using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Simulation;

public sealed class SimulatedScannerTests
{
    [Test]
    public async Task Enroll_ThreeScans_AckThenEachStepThenSuccess_RetainedWithIdsOfTheirOwn()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.EnrollAsync();
        var said = await fixture.NextAsync(2);
        for (var step = 0; step < 3; step++)
        {
            await fixture.PassCaptureAsync();
            said.AddRange(await fixture.NextAsync(2));
        }

        Assert.That((await fixture.StatusAsync()).Text("stored"), Is.EqualTo("1"));

        Assert.Multiple(() =>
        {
            Assert.That(said.Select(one => one.ToString()), Is.EqualTo(new[]
            {
                "acks True", "enrollments/e1/scans/1 waiting", "enrollments/e1/scans/1 progress", "enrollments/e1/scans/2 waiting",
                "enrollments/e1/scans/2 progress", "enrollments/e1/scans/3 waiting", "enrollments/e1/scans/3 progress", "enrollments/e1/result success",
            }));
            Assert.That(said.Select(one => one.Retain), Is.EqualTo(new[] { false, true, true, true, true, true, true, true }));
            Assert.That(said.Select(one => one.Id), Is.Unique);
            Assert.That(said.Select(one => one.Id.Split('-')[0]).Distinct().Count(), Is.EqualTo(1));
            Assert.That(said[^1].Text("slot"), Is.EqualTo("4"));
            Assert.That(fixture.Scanner.Stored, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Enroll_BadCapture_RetriedWithAReason()
    {
        await using var fixture = await ScannerFixture.StartAsync(settings => settings with { RetryChance = 1 });
        await fixture.EnrollAsync();
        await fixture.NextAsync(2);
        await fixture.PassCaptureAsync();
        var retry = await fixture.NextAsync();
        await fixture.PassCaptureAsync();
        Assert.That(retry.ToString(), Is.EqualTo("enrollments/e1/scans/1 retry"));
        Assert.That(retry.Text("reason"), Is.AnyOf("too_short", "moved", "dirty"));
        Assert.That((await fixture.NextAsync()).ToString(), Is.EqualTo("enrollments/e1/scans/1 progress"));
    }

    [Test]
    public async Task Reconnect_UnacknowledgedScan_SentAgainAsItWas()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        fixture.Gate.Hold();
        await fixture.EnrollAsync();
        await Eventually.HoldsAsync(() => fixture.Gate.Held.Count == 1, "the scan waits for its commit");
        fixture.LoseConnection();
        await fixture.Time.PassWaitAsync(TimeSpan.FromMilliseconds(500));
        await Eventually.HoldsAsync(() => fixture.Gate.Held.Count == 2, "the scan comes again");
        Assert.That(fixture.Gate.Held[1], Is.EqualTo(fixture.Gate.Held[0]));

        fixture.Gate.Release();
        await Eventually.HoldsAsync(() => fixture.Scanner.Owed == 0, "its PUBACK ends it");
    }

    [Test]
    public async Task Cancel_WhileWaiting_NothingMoreIsSaidOfTheEnrollment()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.EnrollAsync();
        await fixture.NextAsync(2);
        await fixture.CommandAsync("""{"id":"c2","do":"cancel","enrollment":"e1"}""");
        var cancelled = await fixture.NextAsync();

        // the next enrollment is accepted only when the first has ended
        await fixture.EnrollAsync("c3", "e2");
        var next = await fixture.NextAsync(2);
        await fixture.PassCaptureAsync();
        next.Add(await fixture.NextAsync());
        Assert.That(cancelled.Text("command"), Is.EqualTo("c2"));
        Assert.That(next.Select(one => one.ToString()), Is.EqualTo(new[] { "acks True", "enrollments/e2/scans/1 waiting", "enrollments/e2/scans/1 progress" }));
    }

    [Test]
    public async Task Enroll_SameCommandTwice_ActsOnceAndAnswersTheSame()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.EnrollAsync();
        var first = await fixture.NextAsync(2);
        await fixture.EnrollAsync();
        var second = await fixture.NextAsync();
        await fixture.PassCaptureAsync();
        Assert.That(second.Json.GetRawText(), Is.EqualTo(first[0].Json.GetRawText()));
        Assert.That((await fixture.NextAsync()).ToString(), Is.EqualTo("enrollments/e1/scans/1 progress"));
    }

    [Test]
    public async Task Enroll_WhileAnotherRuns_RefusedAsBusy()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.EnrollAsync();
        await fixture.NextAsync(2);
        await fixture.EnrollAsync("c2", "e2");
        var refused = await fixture.NextAsync();
        Assert.That((refused.ToString(), refused.Text("reason")), Is.EqualTo(("acks False", "busy")));
    }

    [Test]
    public async Task Enroll_ItsTimePasses_ScannerIsFreeAgain()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.EnrollAsync(expiresIn: 1);
        await fixture.NextAsync(2);
        await fixture.Time.PassWaitAsync(TimeSpan.FromSeconds(1));
        await fixture.EnrollAsync("c2", "e2");
        Assert.That((await fixture.NextAsync()).ToString(), Is.EqualTo("acks True"));
    }

    [Test]
    public async Task Resend_FromAStep_SameMessagesWithTheirFirstIds()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.EnrollAsync();
        await fixture.NextAsync(2);
        await fixture.PassCaptureAsync();
        var first = await fixture.NextAsync(2);
        await fixture.CommandAsync("""{"id":"c2","do":"resend","enrollment":"e1","from":2}""");
        var again = await fixture.NextAsync(2);
        Assert.That(again.Select(one => one.ToString()), Is.EqualTo(new[] { "acks True", "enrollments/e1/scans/2 waiting" }));
        Assert.That(again[1].Id, Is.EqualTo(first[1].Id));
    }

    [Test]
    public async Task Delete_FingerStored_IsGone_AndTheStatusSaysSo()
    {
        await using var fixture = await ScannerFixture.StartAsync(settings => settings with { Slots = [3, 4] });
        await fixture.CommandAsync("""{"id":"c1","do":"delete","slot":3}""");
        Assert.That((await fixture.NextAsync()).ToString(), Is.EqualTo("acks True"));
        Assert.That((await fixture.StatusAsync()).Text("stored"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Cancel_OfWhatSucceededHere_TakesTheFingerBack()
    {
        await using var fixture = await ScannerFixture.StartAsync(settings => settings with { Slots = [3] });
        await fixture.EnrollAsync();
        await fixture.NextAsync(2);
        for (var step = 0; step < 3; step++)
        {
            await fixture.PassCaptureAsync();
            await fixture.NextAsync(2);
        }

        Assert.That(fixture.Scanner.Stored, Is.EqualTo(2));
        await fixture.CommandAsync("""{"id":"c2","do":"cancel","enrollment":"e1"}""");
        await fixture.NextAsync();
        await Eventually.HoldsAsync(() => fixture.Scanner.Stored == 1, "its slot is empty");
    }

    [Test]
    public async Task Memory_InAFile_OutlivesTheScanner_AndOneThatIsUnreadableIsBlank()
    {
        using var folder = new SomeFolder();
        var file = folder.In("sim-1.json");
        string boot;
        await using (var first = await ScannerFixture.StartAsync(settings => settings with { Memory = file, Slots = [7] }))
        {
            await first.EnrollAsync();
            boot = (await first.NextAsync(2))[0].Id.Split('-')[0];
        }

        await using (var second = await ScannerFixture.StartAsync(settings => settings with { Memory = file }))
        {
            var reset = await second.NextAsync();
            Assert.That((reset.ToString(), reset.Text("reason"), second.Scanner.Stored), Is.EqualTo(("enrollments/e1/result error", "reset", 1)));
            Assert.That(int.Parse(reset.Id.Split('-')[0]), Is.EqualTo(int.Parse(boot) + 1));
        }

        await File.WriteAllTextAsync(file, "{\"boot\":");
        await using var third = await ScannerFixture.StartAsync(settings => settings with { Memory = file });
        Assert.That(third.Scanner.Stored, Is.Zero);
    }

    [Test]
    public async Task Visits_WhenSet_AreIdentifications_OfStoredFingers()
    {
        await using var fixture = await ScannerFixture.StartAsync(settings => settings with { Slots = [3, 9], Visits = TimeSpan.FromSeconds(1) });
        await fixture.Time.PassWaitAsync(TimeSpan.FromSeconds(1.5));
        var read = await fixture.NextAsync();
        Assert.That((read.Topic, read.Retain), Is.EqualTo(("identifications", false)));
        Assert.That(read.Text("slot"), Is.AnyOf("3", "9", ""), "an empty one is null, which is written");
    }

    [Test]
    public async Task Restart_OfflineByItsWillThenANewBoot()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.CommandAsync("""{"id":"c1","do":"restart"}""");
        var ack = await fixture.NextAsync();
        var will = await fixture.StatusAsync();
        await fixture.Time.PassWaitAsync(TimeSpan.FromMilliseconds(500));
        var birth = await fixture.StatusAsync();
        Assert.That(new[] { ack, will, birth }.Select(one => one.ToString()), Is.EqualTo(new[] { "acks True", "status offline", "status online" }));
        Assert.That(birth.Id.Split('-')[0], Is.Not.EqualTo(ack.Id.Split('-')[0]));
    }

    [Test]
    public async Task Heartbeat_Due_SaysWhatTheContractNames()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.Time.PassWaitAsync(ScannerFixture.Heartbeat);
        var beat = await fixture.StatusAsync();
        Assert.That(beat.Retain, Is.True);
        Assert.That(beat.Json.EnumerateObject().Select(field => field.Name), Is.EqualTo(
            new[] { "id", "state", "firmware", "sensor", "capacity", "stored", "rssi", "uptime" }));
        Assert.That(beat.Text("uptime"), Is.EqualTo("10000"));
    }

    [Test]
    public async Task Stop_SaysOffline_OnceAndWithoutItsWill()
    {
        await using var fixture = await ScannerFixture.StartAsync();
        await fixture.StopScannerAsync();
        var offline = await fixture.StatusAsync();
        Assert.That((offline.ToString(), offline.Retain), Is.EqualTo(("status offline", true)));
        Assert.That(await fixture.RestAsync(), Is.Zero);
    }
}
