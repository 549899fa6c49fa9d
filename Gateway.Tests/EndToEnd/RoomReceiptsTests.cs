using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>A room with many people who come and go, and what its receipts say against what each really got.</summary>
public sealed class RoomReceiptsTests
{
    private const int People = 200;
    private const int MessagesOfASecond = 100;
    private const int MessagesAtOnce = 10;

    // GATEWAY_ROOM_SECONDS=60 for the whole minute; then each message is looked at, and not one in ten.
    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("GATEWAY_ROOM_SECONDS") ?? "2");
    private static readonly int Messages = Seconds * MessagesOfASecond;

    [Test]
    [Category("Slow")]
    public async Task Receipts_Of200WhoComeAndGo_AreTrue()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAnonymousAsync(folder.Path);
        var participants = Enumerable.Range(0, People).Select(person => new { user = $"p{person}", role = person == 0 ? "tutor" : "student" });
        var room = (string)(await service.PostAsync("/api/rooms", new { name = "hall", participants }))["channel"]!;
        var members = Enumerable.Range(0, People).Select(person => new Member(service, room, person)).ToList();
        var said = new ConcurrentBag<JsonNode>();

        await Task.WhenAll(members.Select(member => member.ComeAsync()));
        for (var i = 0; i < Messages; i += MessagesAtOnce)
        {
            var leavers = members.Where(member => (member.Person + i) % 37 == 0).ToList();
            await Task.WhenAll(Enumerable.Range(i, MessagesAtOnce).Select(async number =>
                said.Add(await service.PostAsync($"/api/{room}/messages", new { data = new { number } }))));
            await Task.WhenAll(leavers.Select(member => member.LeaveAndComeBackAsync()));
            await Task.WhenAll(members.Where(member => (member.Person + i) % 97 == 0).Select(member => member.BeRemovedAndAddedAsync()));
        }

        var head = said.Max(message => (long)message["seq"]!);
        await Task.WhenAll(members.Select(member => member.ReachAsync(head)));
        var told = said.Select(message => (long)message["seq"]!).Order().ToList();
        Assert.That(told, Has.Count.EqualTo(Messages));
        foreach (var member in members)
        {
            Assert.That(member.Got, Is.EqualTo(told), $"{member.User} got each once, in order");
        }

        foreach (var message in said.Where(message => Seconds >= 60 || (long)message["seq"]! % 10 == 0 || (long)message["seq"]! == head))
        {
            await AgreesAsync(service, room, message, members);
        }
    }

    private static async Task AgreesAsync(GatewayFixture service, string room, JsonNode message, List<Member> members)
    {
        var seq = (long)message["seq"]!;
        JsonArray receipts = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                receipts = (await service.GetAsync($"/api/{room}/messages/{message["id"]}/receipts"))["items"]!.AsArray();
                return members.All(member => IsTrue(receipts, member, seq));
            },
            $"the receipts of {seq} are what {members.Count} people got");
        Assert.That(receipts.Count, Is.EqualTo(People));
    }

    /// <summary>Those who do not acknowledge were sent it all the same.</summary>
    private static bool IsTrue(JsonArray receipts, Member member, long seq) =>
        receipts.Single(item => (string?)item!["user"] == member.User) is { } receipt
        && receipt["sent"] is not null && receipt["acknowledged"] is not null == member.Acknowledged >= seq;

    /// <summary>One participant with one page, which keeps its cursor over reconnects. Every tenth only listens.</summary>
    private sealed class Member(GatewayFixture service, string room, int person)
    {
        private readonly List<long> _got = [];
        private ManualPage _page = null!;
        private string? _epoch;
        private long _cursor;

        public int Person => person;

        public string User => $"p{person}";

        public long Acknowledged { get; private set; }

        public IReadOnlyList<long> Got => _got;

        public async Task ComeAsync()
        {
            var ticket = await service.PostAsync("/api/tickets", new { user = User });
            _page = await ManualPage.OpenAsync(service, (string)ticket["ticket"]!);
            await _page.SendAsync(new { op = "subscribe", id = 1, channel = room, client = $"page of {User}", since = _cursor, epoch = _epoch });
            _epoch = (string?)(await _page.NextAsync("subscribed"))["epoch"];
        }

        public async Task LeaveAndComeBackAsync()
        {
            await ReachAsync(_cursor + (MessagesAtOnce / 2));
            await _page.DisposeAsync();
            await ComeAsync();
        }

        /// <summary>What was said meanwhile is theirs all the same, once they are back.</summary>
        public async Task BeRemovedAndAddedAsync()
        {
            using var removed = await service.Http.DeleteAsync($"/api/{room}/participants/{User}");
            while (await _page.NextAsync("event", "error") is var frame && (string?)frame["op"] == "event")
            {
                Take(frame);
            }

            await service.PostAsync($"/api/{room}/participants", new { user = User, role = "student" });
            await _page.SendAsync(new { op = "subscribe", id = 2, channel = room, client = $"page of {User}", since = _cursor, epoch = _epoch });
            await _page.NextAsync("subscribed");
        }

        public async Task ReachAsync(long seq)
        {
            while (_cursor < seq)
            {
                Take(await _page.NextAsync("event"));
            }

            if (person % 10 != 0)
            {
                await _page.SendAsync(new { op = "ack", channel = room, seq = _cursor });
                Acknowledged = _cursor;
            }
        }

        private void Take(JsonNode stored)
        {
            _cursor = (long)stored["seq"]!;
            if ((string?)stored["type"] == "message")
            {
                _got.Add(_cursor);
            }
        }
    }
}
