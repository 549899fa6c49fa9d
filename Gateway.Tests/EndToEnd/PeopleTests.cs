using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Who owns the people asks here: registered or not, and forgotten when they ask for it.</summary>
public sealed class PeopleTests : ScannerTest
{
    [Test]
    public async Task Person_IsRegistered_FromTheSuccess_UntilTheirFingerIsDeleted()
    {
        await using var commands = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands");
        var enrollment = await EnrollAsync("Ada");
        var ada = await Service.GetAsync("api/people/Ada");
        Assert.That((bool?)ada["registered"], Is.True, enrollment);
        Assert.That((string?)ada["fingers"]![0]!["device"], Is.EqualTo("lab-1"));
        Assert.That((int?)ada["fingers"]![0]!["slot"], Is.Zero);

        using var gone = await Service.Http.DeleteAsync("api/people/Ada");
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        using var unknown = await Service.Http.GetAsync("api/people/Ada");
        Assert.That((string?)JsonNode.Parse(await unknown.Content.ReadAsStringAsync())!["code"], Is.EqualTo("unknown_person"));

        // The slot is taken until the scanner says that the template is gone.
        var delete = JsonNode.Parse((await NextAsync(commands, "delete"))["scanners/lab-1/commands ".Length..])!;
        Assert.That((int?)delete["slot"], Is.Zero);
        Assert.That((int?)(await RequestAsync("Bob"))["slot"], Is.EqualTo(1));
        await Scanner.AnswerAsync((string)delete["id"]!);
        await Scanner.ResultAsync((string)(await Service.GetAsync("api/enrollments?person=Bob"))["items"]![0]!["id"]!, "error", slot: 1);
        Assert.That((int?)(await RequestAsync("Cid"))["slot"], Is.Zero);
    }

    [Test]
    public async Task Person_ForgottenInTheMiddleOfAnEnrollment_IsCancelled()
    {
        var enrollment = await RequestAsync("Ada");
        using var gone = await Service.Http.DeleteAsync("api/people/Ada");
        var state = (await Service.GetAsync($"api/enrollments/{enrollment["id"]}"))["state"]!;
        Assert.That((string?)state["state"], Is.EqualTo("cancelled"));
        Assert.That((await Service.GetAsync("api/people"))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("Ada")]
    [TestCase("a/b?c#d%2F")]
    [TestCase("Grüße 指紋 👩‍🔬")]
    public async Task Person_OfAnyName_IsFoundUnderIt(string id)
    {
        var path = $"api/people/{Uri.EscapeDataString(id)}";
        using var made = await Service.Http.PutAsJsonAsync(path, new { name = "Ada Lovelace" });
        Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        using var again = await Service.Http.PutAsJsonAsync(path, new { });
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        var person = await Service.GetAsync(path);
        Assert.That((string?)person["id"], Is.EqualTo(id));
        Assert.That(person.AsObject().ContainsKey("name") && person["name"] is null, Is.True, "named nothing by the second PUT");
    }

    [TestCase("", HttpStatusCode.OK, "")]
    [TestCase("%20", HttpStatusCode.BadRequest, "id")]
    [TestCase("a%0Ab", HttpStatusCode.BadRequest, "id")]
    public async Task Person_WithNoFitName_IsRefused(string id, HttpStatusCode status, string field)
    {
        using var response = await Service.Http.GetAsync($"api/people/{id}");
        Assert.That(response.StatusCode, Is.EqualTo(status));
        Assert.That((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["field"] ?? "", Is.EqualTo(field));
    }

    [Test]
    public async Task List_NewestFirst_PageByPage_AndFoundWithoutCase()
    {
        foreach (var (id, name) in new[] { ("p-1", "Renate"), ("p-2", "Bob"), ("p-3", "Irene") })
        {
            using var made = await Service.Http.PutAsJsonAsync($"api/people/{id}", new { name });
        }

        var first = await Service.GetAsync("api/people?limit=2");
        var second = await Service.GetAsync($"api/people?limit=2&before={first["next"]}");
        var found = await Service.GetAsync("api/people?search=REN");

        Assert.That(Ids(first).Concat(Ids(second)), Is.EqualTo(new[] { "p-3", "p-2", "p-1" }));
        Assert.That(second["next"], Is.Null);
        Assert.That(Ids(found), Is.EqualTo(new[] { "p-3", "p-1" }));
    }

    private static IEnumerable<string?> Ids(JsonNode page) => page["items"]!.AsArray().Select(item => (string?)item!["id"]);

    private static async Task<string> NextAsync(Mosquitto.Listener commands, string @do)
    {
        while (true)
        {
            var line = await commands.NextAsync("scanners/");
            if (line.Contains($"\"do\":\"{@do}\"", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    private Task<JsonNode> RequestAsync(string person) => Service.PostAsync("api/enrollments", new { device = "lab-1", person });

    private async Task<string> EnrollAsync(string person)
    {
        var enrollment = (string)(await RequestAsync(person))["id"]!;
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
        }

        await Scanner.ResultAsync(enrollment);
        return enrollment;
    }
}
