using System.Text;
using Gateway.Access;
using Gateway.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Access;

/// <summary>Secrets of every kind: how long they are good, how often, and that none is kept as it is.</summary>
public sealed class SecretsTests
{
    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private AccessParts _parts = null!;

    [SetUp]
    public void OpenJournal()
    {
        _time = new();
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        _parts = new(_some.Journal, _folder.Path, _time);
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Secrets_OfDeviceAdminAndSession_AreNotInTheDatabase()
    {
        var device = Secret.Make();
        await IssueAsync(new(_some.Journal, _time), device);
        var admin = (await Admin().PrepareAsync())!;
        var session = await _parts.NewSessions().OpenAsync(_parts.Admin.Holder, isEncrypted: false);

        Assert.Multiple(() =>
        {
            Assert.That(_folder.Holds(Secret.Hash(device)), Is.True, "the search finds what is kept");
            Assert.That(new[] { device, admin, session }.Where(_folder.Holds), Is.Empty);
        });
    }

    [Test]
    public void Secret_IsOf256Bits_AndNeverTheSame()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => Secret.Make()).ToList();

        Assert.That(secrets, Is.Unique);
        Assert.That(secrets, Has.All.Matches("^[A-Za-z0-9_-]{43}$"));
    }

    [Test]
    public async Task AdminLink_WorksOnce_AndTheTokenStaysGood()
    {
        var admin = Admin();
        var token = (await admin.PrepareAsync())!;

        Assert.That((await admin.SpendAsync(token), await admin.SpendAsync(token)), Is.EqualTo((true, false)));
        Assert.That(admin.IsAdmin(Encoding.UTF8.GetBytes(token)), Is.True);
    }

    [TestCase(15 * 60, true)]
    [TestCase((15 * 60) + 1, false)]
    public async Task AdminLink_IsGoodFor15Minutes(int seconds, bool isGood)
    {
        var admin = Admin();
        var token = (await admin.PrepareAsync())!;
        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.That(await admin.SpendAsync(token), Is.EqualTo(isGood));
    }

    [Test]
    public async Task AdminLink_OpenedTwiceAtOnce_OpensOneSession()
    {
        var admin = Admin();
        var token = (await admin.PrepareAsync())!;
        var spent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => admin.SpendAsync(token))));

        Assert.That(spent.Count(isSpent => isSpent), Is.EqualTo(1));
    }

    [Test]
    public async Task AdminToken_AfterARestart_IsTheSame_AndNotPrintedAgain()
    {
        var token = (await Admin().PrepareAsync())!;
        var restarted = Admin();

        Assert.That(await restarted.PrepareAsync(), Is.Null);
        Assert.That(restarted.IsAdmin(Encoding.UTF8.GetBytes(token)), Is.True);
    }

    [Test]
    public async Task AdminToken_ThatIsSet_IsTheOnlyOne()
    {
        var token = new string('t', 32);
        var admin = Admin(new AccessOptions { AdminToken = token });

        Assert.That(await admin.PrepareAsync(), Is.Null);
        Assert.That((admin.IsAdmin(Encoding.UTF8.GetBytes(token)), admin.IsAdmin("other"u8), admin.IsAdmin(default)), Is.EqualTo((true, false, false)));
    }

    [Test]
    public async Task AdminToken_MadeAnewFromTheCommandLine_ReplacesTheOneBefore()
    {
        var admin = Admin();
        var old = (await admin.PrepareAsync())!;
        var renewed = new NewTokenFile(_folder.Path).Leave(_time);

        Assert.That((await admin.SpendAsync(renewed), await admin.SpendAsync(old)), Is.EqualTo((true, false)));
        Assert.That(admin.IsAdmin(Encoding.UTF8.GetBytes(old)), Is.False);
    }

    [Test]
    public async Task DeviceSecret_Renewed_LeavesTheOldOneGoodForAnHour()
    {
        var secrets = await RotatedAsync();
        Assert.That(await IsRightAsync(secrets, "old"), Is.True);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.That(await IsRightAsync(secrets, "old"), Is.True);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await IsRightAsync(secrets, "old"), Is.False);
        Assert.That(await IsRightAsync(secrets, "new"), Is.True);
    }

    [Test]
    public async Task DeviceSecret_RenewedTwiceBeforeItsUse_LeavesTheOneThatTheScannerHas()
    {
        var secrets = await RotatedAsync();
        await IssueAsync(secrets, "newest");

        Assert.That((await IsRightAsync(secrets, "old"), await IsRightAsync(secrets, "new")), Is.EqualTo((true, false)));
        Assert.That((await IsRightAsync(secrets, "newest"), await IsRightAsync(secrets, "old")), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task DeviceSecret_UsedFirst_EndsTheOldOne_OverARestartToo()
    {
        var secrets = await RotatedAsync();
        Assert.That(await IsRightAsync(secrets, "new"), Is.True);
        var restarted = new DeviceSecrets(_some.Journal, _time);
        restarted.Load();

        Assert.That((await IsRightAsync(secrets, "old"), await IsRightAsync(restarted, "old")), Is.EqualTo((false, false)));
        Assert.That(await IsRightAsync(restarted, "new"), Is.True);
    }

    [Test]
    public async Task DeviceSecret_OfAnotherDevice_IsWrong()
    {
        var secrets = await RotatedAsync();

        Assert.That(await secrets.ProveAsync("door-2", "new"u8.ToArray()), Is.Null);
    }

    [Test]
    public async Task Session_AfterARestart_GoesOn_AndEndsAfterItsTime()
    {
        var secret = await _parts.NewSessions().OpenAsync(_parts.Admin.Holder, isEncrypted: false);
        var restarted = _parts.NewSessions();
        restarted.Load();
        Assert.That(restarted.Find(secret, isEncrypted: false), Is.EqualTo(Identity.Admin));

        _time.Advance(Sessions.Lifetime);
        Assert.That(restarted.Find(secret, isEncrypted: false), Is.Null);
    }

    [Test]
    public async Task Session_Closed_IsGone_OverARestartToo()
    {
        var sessions = _parts.NewSessions();
        var secret = await sessions.OpenAsync(_parts.Admin.Holder, isEncrypted: false);
        await sessions.CloseAsync(secret);
        var restarted = _parts.NewSessions();
        restarted.Load();

        Assert.That((sessions.Find(secret, isEncrypted: false), restarted.Find(secret, isEncrypted: false)), Is.EqualTo(((Identity?)null, (Identity?)null)));
    }

    [Test]
    public void Ticket_IsGoodOnce()
    {
        var tickets = NewTickets();
        var (secret, _) = tickets.Issue(Identity.Admin, "ada", role: null, streams: null);

        Assert.That((Redeem(tickets, secret).IsGranted, Redeem(tickets, secret).Refusal), Is.EqualTo((true, 4401)));
    }

    [Test]
    public void Ticket_After30Seconds_IsRefused()
    {
        var tickets = NewTickets();
        var (early, expiresAt) = tickets.Issue(Identity.Admin, "ada", role: null, streams: null);
        var (late, _) = tickets.Issue(Identity.Admin, "ada", role: null, streams: null);
        _time.Advance(TimeSpan.FromSeconds(29.999));
        Assert.That(Redeem(tickets, early).IsGranted, Is.True);
        _time.Advance(TimeSpan.FromSeconds(0.001));

        Assert.That((Redeem(tickets, late).Refusal, expiresAt), Is.EqualTo((4401, Some.Now + TimeSpan.FromSeconds(30))));
    }

    [Test]
    public void Ticket_NarrowedToAChannel_OpensThatAlone()
    {
        var tickets = NewTickets();
        var rights = Redeem(tickets, tickets.Issue(Identity.Admin, "ada", role: null, ["enrollments/e1"]).Secret).Rights!;

        Assert.That(rights.User, Is.EqualTo("ada"));
        Assert.That(new[] { "enrollments/e1", "enrollments/e2", "enrollments" }.Where(stream => May(rights, stream)), Is.EqualTo(new[] { "enrollments/e1" }));
    }

    [Test]
    public void Ticket_NotNarrowed_OpensEverything_ForAnHour()
    {
        var tickets = NewTickets();
        var rights = Redeem(tickets, tickets.Issue(Identity.Admin, "ada", role: null, streams: null).Secret).Rights!;

        Assert.That((May(rights, "enrollments"), May(rights, "devices/door-1")), Is.EqualTo((true, true)));
        Assert.That(rights.ExpiresAt, Is.EqualTo(Some.Now + TimeSpan.FromHours(1)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("made-up")]
    public void Ticket_ThatNeverWas_IsRefused(string? ticket) => Assert.That(Redeem(NewTickets(), ticket).Refusal, Is.EqualTo(4401));

    [Test]
    public void Ticket_WhereAccessIsAnonymous_IsNotNeeded_ButByAProxyItIs()
    {
        var tickets = NewTickets(new AccessOptions { Anonymous = true });
        var forwarded = new DefaultHttpContext();
        forwarded.Request.Headers["X-Forwarded-For"] = "203.0.113.9";

        Assert.That((tickets.Redeem(null, new DefaultHttpContext()).IsGranted, tickets.Redeem(null, forwarded).IsGranted), Is.EqualTo((true, false)));
    }

    private static bool May(ISubscriberRights rights, string stream) =>
        StreamName.TryParse(stream, out var name) && rights.MaySubscribeAsync(name, default).AsTask().Result;

    private static TicketVerdict Redeem(Tickets tickets, string? secret) => tickets.Redeem(secret, new DefaultHttpContext());

    private static async Task<bool> IsRightAsync(DeviceSecrets secrets, string secret) =>
        await secrets.ProveAsync(Some.Device, Encoding.UTF8.GetBytes(secret)) is not null;

    private AdminToken Admin(AccessOptions? options = null) => _parts.NewAdmin(options ?? new());

    private Tickets NewTickets(AccessOptions? options = null) => _parts.NewTickets(options ?? new());

    private async Task<DeviceSecrets> RotatedAsync()
    {
        var secrets = new DeviceSecrets(_some.Journal, _time);
        await IssueAsync(secrets, "old");
        await IssueAsync(secrets, "new");
        return secrets;
    }

    private async Task IssueAsync(DeviceSecrets secrets, string secret) =>
        secrets.Changed(await _some.Journal.WriteAsync(transaction => DeviceSecrets.Issue(transaction, Some.Device, secret)));
}
