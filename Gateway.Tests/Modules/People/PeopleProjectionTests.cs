using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Modules.People;

namespace Gateway.Tests.Modules.People;

/// <summary>People in a real journal: they follow their enrollments and scanners in the commit of each event.</summary>
public sealed class PeopleProjectionTests
{
    private readonly EnrollmentDesk _desk = new(new EnrollmentOptions());
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;

    [SetUp]
    public async Task RegisterAScanner()
    {
        _folder = new();
        _some = SomeJournal.Open(_folder, projections: new PeopleProjection());
        await WriteAsync(transaction =>
        {
            Devices.Register(transaction, Some.Device, Devices.DefaultSite, location: null);
            Devices.OnStatus(transaction, Some.Device, isOnline: true, DeviceReport.Nothing, isAnonymous: true);
        });
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Enrollment_MakesItsPerson_NotRegisteredYet()
    {
        var enrollment = await RequestAsync("Ada");

        var ada = PeopleRecords.Find(_some.Journal, "Ada")!;
        Assert.That(ada.Open, Is.EqualTo(new[] { enrollment }));
        Assert.That(PersonView.Of(ada), Is.EqualTo(new PersonView("Ada", Name: null, Registered: false, [])).Using<PersonView>(Same));
    }

    [Test]
    public async Task Success_RegistersThem_WithTheFingersOfEveryEnrollment()
    {
        await EnrollAsync("Ada", slot: 0);
        await EnrollAsync("Ada", slot: 1);

        var ada = PeopleRecords.Find(_some.Journal, "Ada")!;
        Assert.That(PersonView.Of(ada).Registered, Is.True);
        Assert.That(ada.Fingers.Select(finger => (finger.Device, finger.Slot)), Is.EqualTo(new[] { (Some.Device, 0), (Some.Device, 1) }));
        Assert.That(ada.Open, Is.Empty);
    }

    [Test]
    public async Task Enrollment_ThatFails_LeavesThemKnown_AndNotRegistered()
    {
        var enrollment = await RequestAsync("Ada");
        await WriteAsync(transaction => _desk.Apply(transaction, enrollment, Some.Error()));

        var ada = PeopleRecords.Find(_some.Journal, "Ada")!;
        Assert.That((ada.Fingers.Count, ada.Open.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Finger_IsOwned_UntilItIsDeleted()
    {
        await EnrollAsync("Ada", slot: 0);
        var owner = await _some.Journal.WriteAsync(transaction => PeopleRecords.OwnerOf(transaction, Some.Device, 0));
        await WriteAsync(transaction => PeopleRecords.Disown(transaction, Some.Device, 0));

        Assert.That(owner, Is.EqualTo("Ada"));
        Assert.That(await _some.Journal.WriteAsync(transaction => PeopleRecords.OwnerOf(transaction, Some.Device, 0)), Is.Null);
        Assert.That(PersonView.Of(PeopleRecords.Find(_some.Journal, "Ada")!).Registered, Is.False);
    }

    [Test]
    public async Task Scanner_Deleted_TakesItsFingersAlong()
    {
        await EnrollAsync("Ada", slot: 0);
        await EnrollAsync("Bob", slot: 1);
        var deleted = EventDraft.Of(DeviceEvents.Deleted, new DeviceEvents.DeletedData("admin"));
        await WriteAsync(transaction => transaction.Append(Devices.ChannelOf(Some.Device), deleted));

        Assert.That(new[] { "Ada", "Bob" }.Select(id => PeopleRecords.Find(_some.Journal, id)!.Fingers.Count), Is.EqualTo(new[] { 0, 0 }));
    }

    private static bool Same(PersonView one, PersonView other) =>
        (one.Id, one.Name, one.Registered) == (other.Id, other.Name, other.Registered) && one.Fingers.SequenceEqual(other.Fingers);

    private async Task EnrollAsync(string person, int slot)
    {
        var enrollment = await RequestAsync(person);
        EnrollmentInput[] inputs = [Some.Scan(1, slot: slot), Some.Scan(2, slot: slot), Some.Scan(3, slot: slot), Some.Success(slot)];
        foreach (var input in inputs)
        {
            await WriteAsync(transaction => _desk.Apply(transaction, enrollment, input));
        }
    }

    private Task<string> RequestAsync(string person) => _some.Journal.WriteAsync(transaction =>
        _desk.Request(transaction, Some.Device, person, scans: 3, startNow: false).Effects.State!.Id);

    private Task<int> WriteAsync(Action<JournalTransaction> write) => _some.Journal.WriteAsync(transaction =>
    {
        write(transaction);
        return 0;
    });
}
