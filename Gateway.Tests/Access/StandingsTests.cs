using System.Text;
using Gateway.Access;
using Gateway.Broker;
using Gateway.Journal;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Access;

/// <summary>What is open ends with the rights that it was opened by: when they are withdrawn, and when their time is over.</summary>
public sealed class StandingsTests
{
    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private AccessParts _parts = null!;
    private List<string> _gone = null!;

    [SetUp]
    public void OpenJournal()
    {
        _time = new();
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        _parts = new(_some.Journal, _folder.Path, _time);
        _gone = [];
        _parts.Standings.Start(_gone.Add);
    }

    [TearDown]
    public async Task CloseJournal()
    {
        _parts.Standings.Dispose();
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Key_WhoseTimeIsOver_EndsWhatItHasOpen_AndWhatIsKeptForIt_AtThatMoment()
    {
        var (key, _) = await AddKeyAsync("k", days: 90);
        var (lasting, _) = await AddKeyAsync("forever", days: null);
        var (open, other) = (_parts.Standings.Of(key.Identity), _parts.Standings.Of(lasting.Identity));

        _time.Advance(TimeSpan.FromDays(90) - TimeSpan.FromMilliseconds(1));
        Assert.That((open.IsCancellationRequested, _gone), Is.EqualTo((false, new List<string>())));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((open.IsCancellationRequested, other.IsCancellationRequested), Is.EqualTo((true, false)));
        Assert.That(_gone, Is.EqualTo(new[] { "key:k" }));
        Assert.That(_parts.Standings.Of(key.Identity).IsCancellationRequested, "nothing is opened by it afterwards");
    }

    [Test]
    public async Task Key_WhoseTimeIsOver_IsDisconnectedByMqtt_WithTheReasonOfTheContract()
    {
        var (_, secret) = await AddKeyAsync("k", days: 1);
        await using var broker = await BrokerFixture.StartAsync(authenticator: Authenticator());
        using var client = await broker.ConnectAsync(RawClient.Hello("x") with { UserName = "any", Password = Encoding.UTF8.GetBytes(secret) });

        _time.Advance(TimeSpan.FromDays(1));

        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.AdministrativeAction));
        using var late = await broker.OpenAsync();
        var refused = await late.ConnectAsync(RawClient.Hello("y") with { UserName = "any", Password = Encoding.UTF8.GetBytes(secret) });
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task Key_ThatEndedWhileNobodyRan_LeavesNothingKept()
    {
        await AddKeyAsync("k", days: 1);
        _time.Advance(TimeSpan.FromDays(2));
        _gone.Clear();
        var restarted = new AccessParts(_some.Journal, _folder.Path, _time);
        restarted.Accounts.Load();
        restarted.Standings.Start(_gone.Add);
        _time.Advance(TimeSpan.Zero);

        Assert.That(_gone, Is.EqualTo(new[] { "key:k" }));
        restarted.Standings.Dispose();
    }

    [Test]
    public async Task Session_WhoseTimeIsOver_EndsWhatItOpened_AndNoOther()
    {
        await AddUserAsync("ada");
        var (first, second) = (await OpenSessionAsync("ada"), default(CancellationToken));
        _time.Advance(TimeSpan.FromDays(1));
        second = await OpenSessionAsync("ada");

        _time.Advance(Sessions.Lifetime - TimeSpan.FromDays(1));
        Assert.That((first.IsCancellationRequested, second.IsCancellationRequested), Is.EqualTo((true, false)));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That((second.IsCancellationRequested, _gone), Is.EqualTo((true, new List<string>())));
    }

    [Test]
    public async Task OldSecret_AtTheEndOfItsHour_EndsWhatCameInByIt_AndTheNewOneStays()
    {
        await IssueAsync("old");
        var before = await ConnectedAsync("old");
        await IssueAsync("new");
        var during = await ConnectedAsync("old");

        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.That((before.IsCancellationRequested, during.IsCancellationRequested), Is.EqualTo((false, false)));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((before.IsCancellationRequested, during.IsCancellationRequested), Is.EqualTo((true, true)));
        Assert.That((await ConnectedAsync("new")).IsCancellationRequested, Is.False);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(_gone, Is.Empty, "the scanner itself is as it was");
    }

    [Test]
    public async Task NewSecret_Used_EndsWhatCameInByTheOld_AndWhoIsStillOnTheWayIn()
    {
        await IssueAsync("old");
        await IssueAsync("new");
        var old = await ConnectedAsync("old");
        var hash = await _parts.Devices.ProveAsync(Some.Device, "old"u8.ToArray());
        var renewed = await ConnectedAsync("new");
        _time.Advance(TimeSpan.Zero);

        Assert.That((old.IsCancellationRequested, renewed.IsCancellationRequested), Is.EqualTo((true, false)));
        Assert.That(_parts.Standings.Of(Identity.Device(Some.Device), hash).IsCancellationRequested, Is.True, "proven before, opened after");
    }

    [Test]
    public async Task NewSecret_UsedWhileAStillNewerOneIsMade_DoesNotUndoThat()
    {
        for (var i = 0; i < 20; i++)
        {
            await IssueAsync("first");
            await IssueAsync("second");
            await Task.WhenAll(_parts.Devices.ProveAsync(Some.Device, "second"u8.ToArray()).AsTask(), IssueAsync("third"));

            Assert.That(await _parts.Devices.ProveAsync(Some.Device, "third"u8.ToArray()), Is.Not.Null);
        }
    }

    [Test]
    public async Task AdminToken_Replaced_EndsWhatTheOneBeforeOpened_ItsSessionsIncluded()
    {
        var admin = _parts.Admin;
        var first = (await admin.PrepareAsync())!;
        var sessions = _parts.NewSessions();
        var cookie = await sessions.OpenAsync(admin.Holder, isEncrypted: false);
        var open = _parts.Standings.Of(Identity.Admin, Secret.Hash(first));
        Assert.That((open.IsCancellationRequested, sessions.Find(cookie, isEncrypted: false)), Is.EqualTo((false, Identity.Admin)));

        var second = new NewTokenFile(_folder.Path).Leave(_time);
        Assert.That(await admin.SpendAsync(second), Is.True);

        Assert.That((open.IsCancellationRequested, sessions.Find(cookie, isEncrypted: false)), Is.EqualTo((true, (Identity?)null)));
        Assert.That(_parts.Standings.Of(Identity.Admin, Secret.Hash(first)).IsCancellationRequested, Is.True);
        Assert.That(_parts.Standings.Of(Identity.Admin, Secret.Hash(second)).IsCancellationRequested, Is.False);
        Assert.That(_gone, Is.Empty, "what is owed to the admin's MQTT sessions stays");
    }

    [Test]
    public async Task Session_IsGoodTheWayItWasGiven_AndNotTheOther([Values] bool isEncrypted)
    {
        var sessions = _parts.NewSessions();
        var cookie = await sessions.OpenAsync(_parts.Admin.Holder, isEncrypted);

        Assert.That((sessions.Find(cookie, isEncrypted), sessions.Find(cookie, !isEncrypted)), Is.EqualTo((Identity.Admin, (Identity?)null)));
    }

    [Test]
    public async Task Session_OpenedByAPasswordThatIsChangedMeanwhile_IsNone()
    {
        var known = await AddUserAsync("ada");
        await AddUserAsync("ada", "another word");
        var cookie = await _parts.NewSessions().OpenAsync(known.Holder, isEncrypted: false);
        var restarted = _parts.NewSessions();
        restarted.Load();

        Assert.That(restarted.Find(cookie, isEncrypted: false), Is.Null);
    }

    private MqttAuthenticator Authenticator() =>
        new(new(), _parts.Admin, _parts.Devices, _parts.Accounts, _parts.Standings, new(new()), _parts.NewThrottle(), _parts.Trail);

    private async Task<(KeptKey Key, string Secret)> AddKeyAsync(string id, int? days)
    {
        var secret = Secret.Make();
        var until = days is { } some ? _time.GetUtcNow().AddDays(some) : (DateTimeOffset?)null;
        var key = new KeptKey(id, id, [Scope.Parse("jobs")!], Secret.Hash(secret), _time.GetUtcNow(), until);
        await _parts.Accounts.Keys.ChangeAsync(key.Hash, (_, _) => key);
        _parts.Standings.Watch(key);
        return (key, secret);
    }

    private async Task<KeptUser> AddUserAsync(string name, string password = "a long enough word")
    {
        var user = new KeptUser(name, Role.Viewer, Password.Keep(password), _time.GetUtcNow());
        await _parts.Accounts.Users.ChangeAsync(name, (_, _) => user);
        return user;
    }

    private async Task<CancellationToken> OpenSessionAsync(string name)
    {
        var user = _parts.Accounts.Users.Find(name)!;
        return _parts.Standings.Of(user.Identity, Secret.Hash(await _parts.Sessions.OpenAsync(user.Holder, isEncrypted: false)));
    }

    private Task<DeviceSecrets.IssuedSecret> IssueAsync(string secret) => _some.Journal.WriteAsync(
        transaction => DeviceSecrets.Issue(transaction, Some.Device, secret), _parts.Devices.Changed);

    private async Task<CancellationToken> ConnectedAsync(string secret) => _parts.Standings.Of(
        Identity.Device(Some.Device), await _parts.Devices.ProveAsync(Some.Device, Encoding.UTF8.GetBytes(secret)));
}
