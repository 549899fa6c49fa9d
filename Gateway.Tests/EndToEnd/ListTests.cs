using System.Net;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>What all lists have in common.</summary>
public sealed class ListTests() : ServiceTest(Anonymous)
{
    [Test]
    public async Task Page_ThatCannotBe_IsRefusedByEachList_AndTheFieldNamed()
    {
        var room = (string)(await Service.PostAsync("api/rooms", new { name = "Physics" }))["id"]!;
        string[] lists = ["enrollments", "checkins", "jobs", "rooms", "devices", "audit", $"rooms/{room}/messages"];
        (string, string)[] questions = [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("before=-1", "before"), ("before=x", "before")];
        // These go on from a name.
        string[] named = ["people", "forgettings", "quarantine"];
        var asked = lists.SelectMany(list => questions.Select(question => (list, question)))
            .Concat(named.SelectMany(list => questions.Take(3).Select(question => (list, question))));
        foreach (var (list, (query, field)) in asked)
        {
            using var response = await Service.Http.GetAsync($"api/{list}?{query}");
            var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.That((response.StatusCode, (string?)problem["field"]), Is.EqualTo((HttpStatusCode.BadRequest, field)), $"{list}?{query}");
        }
    }
}
