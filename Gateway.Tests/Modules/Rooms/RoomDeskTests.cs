using System.Text.Json;
using Gateway.Journal;
using Gateway.Modules.Rooms;

namespace Gateway.Tests.Modules.Rooms;

public sealed class RoomDeskTests
{
    private static readonly RoomAuthor Tutor = new("tutor");
    private static readonly RoomAuthor Student = new("student");
    private static readonly RoomAuthor Stranger = new("stranger");
    private static readonly RoomAuthor Admin = new("admin", IsStaff: true);

    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private string _room = null!;

    [SetUp]
    public async Task OpenJournal()
    {
        _folder = new();
        _some = SomeJournal.Open(_folder);
        _room = (await _some.Journal.WriteAsync(transaction =>
            RoomDesk.Create(transaction, "maths", [("tutor", "tutor"), ("student", "student")], "admin"))).Id;
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Message_SaysWhoWroteIt_AndInWhichRole()
    {
        await SayAsync(Tutor, "hello");
        var said = (await EventsAsync())[^1].Read<RoomEvents.MessageData>();

        Assert.That((said.User, said.Role, said.Data!.Value.GetString()), Is.EqualTo(("tutor", "tutor", "hello")));
    }

    [Test]
    public async Task Key_UsedAgain_IsTheFirstMessage_ForWhoUsedIt_AndOverAReopen()
    {
        var first = await SayAsync(Tutor, "hello", "1");
        var other = await SayAsync(Student, "hi", "1");
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder);
        var again = await SayAsync(Tutor, "hello", "1");

        Assert.That((again.Spoken!.Seq, again.Spoken.Id, again.Spoken.IsRepeat), Is.EqualTo((first.Spoken!.Seq, first.Spoken.Id, true)));
        Assert.That(other.Spoken!.Seq, Is.EqualTo(first.Spoken.Seq + 1));
        Assert.That((await EventsAsync()).Count(stored => stored.Type == "message"), Is.EqualTo(2));
    }

    [Test]
    public async Task Stranger_IsNotHeard_WhereParticipantsWereNamed_ButStaffIs()
    {
        Assert.That((await SayAsync(Stranger, "hello")).Refusal?.Code, Is.EqualTo("forbidden"));
        Assert.That((await SayAsync(Admin, "hello")).Refusal, Is.Null);

        var open = await _some.Journal.WriteAsync(transaction => RoomDesk.Create(transaction, "open", [], "admin"));
        Assert.That((await SayAsync(Stranger, "hello", room: open.Id)).Refusal, Is.Null);
    }

    [Test]
    public async Task Participant_WhoLeft_IsNotHeard_UntilTheyAreBack()
    {
        await _some.Journal.WriteAsync(transaction => RoomDesk.Leave(transaction, _room, "student", "tutor"));
        Assert.That((await SayAsync(Student, "hello")).Refusal?.Code, Is.EqualTo("forbidden"));

        await _some.Journal.WriteAsync(transaction => RoomDesk.Join(transaction, _room, "student", "student", "tutor"));
        Assert.That((await SayAsync(Student, "hello")).Refusal, Is.Null);
        Assert.That((await EventsAsync()).Select(stored => stored.Type), Is.EqualTo(new[] { "created", "joined", "joined", "left", "joined", "message" }));
    }

    [Test]
    public async Task Joining_AgainInTheSameRole_IsNoEvent_AndInAnotherIsOne()
    {
        await _some.Journal.WriteAsync(transaction => RoomDesk.Join(transaction, _room, "student", "student", "tutor"));
        var (state, _) = await _some.Journal.WriteAsync(transaction => RoomDesk.Join(transaction, _room, "student", "tutor", "tutor"));

        Assert.That((await EventsAsync()).Count, Is.EqualTo(4));
        Assert.That(state!.Participants.Select(participant => participant.Role), Is.EqualTo(new[] { "tutor", "tutor" }));
    }

    [Test]
    public async Task Message_IsChangedByItsWriterAlone_AndByStaff_AndNotAfterItsDeletion()
    {
        var message = (await SayAsync(Student, "helo")).Spoken!.Id;
        Assert.That(await ChangeAsync(message, Tutor, "x"), Is.EqualTo("forbidden"));
        Assert.That(await ChangeAsync(message, Student, "hello"), Is.EqualTo("edited"));
        Assert.That(await ChangeAsync(message, Admin, null), Is.EqualTo("deleted"));
        Assert.That(await ChangeAsync(message, Student, "again"), Is.EqualTo("deleted"), "a refusal with that code");
        Assert.That(await ChangeAsync("nothing", Student, "x"), Is.EqualTo("unknown_message"));
        Assert.That((await EventsAsync()).Select(stored => stored.Type).Skip(3), Is.EqualTo(new[] { "message", "edited", "deleted" }));
    }

    [Test]
    public async Task History_PagedBackwards_HasEachMessageOnce_AsItIsNow()
    {
        var ids = new List<string>();
        for (var i = 0; i < 450; i++)
        {
            ids.Add((await SayAsync(Student, $"message {i}")).Spoken!.Id);
        }

        await ChangeAsync(ids[3], Student, "better");
        await ChangeAsync(ids[4], Student, null);
        var history = new RoomHistory(_some.Journal);
        var all = new List<ShownMessage>();
        long? before = null;
        do
        {
            var (items, next) = (await history.ReadAsync(_room, before, 70, CancellationToken.None))!.Value;
            all.AddRange(items);
            before = next;
        }
        while (before is not null);

        Assert.That(all.Select(message => message.Id), Is.EqualTo(ids.AsEnumerable().Reverse()));
        Assert.That(all[^4].Data?.GetString(), Is.EqualTo("better"));
        Assert.That((all[^5].Data, all[^5].DeletedAt is not null), Is.EqualTo(((JsonElement?)null, true)));
    }

    private Task<(Spoken? Spoken, Gateway.Contract.RequestRefusedException? Refusal)> SayAsync(
        RoomAuthor author, string text, string? key = null, string? room = null) =>
        _some.Journal.WriteAsync(transaction => RoomDesk.Say(transaction, room ?? _room, author, JsonSerializer.SerializeToElement(text), key));

    private async Task<string> ChangeAsync(string message, RoomAuthor author, string? text)
    {
        var (changed, refusal) = await _some.Journal.WriteAsync(transaction =>
            RoomDesk.Change(transaction, _room, message, author, text is null ? null : JsonSerializer.SerializeToElement(text)));
        return changed?.Stored.Type ?? refusal!.Code;
    }

    private async Task<IReadOnlyList<StoredEvent>> EventsAsync() =>
        await _some.Journal.ReadAsync(RoomDesk.ChannelOf(_room), after: 0, limit: 1000, CancellationToken.None);
}
