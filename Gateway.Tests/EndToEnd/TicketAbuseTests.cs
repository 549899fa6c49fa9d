using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>Tickets that are not whose they seem: refused by their code, and the page beside goes on.</summary>
[Category("Slow")]
public sealed class TicketAbuseTests : NeighbourTest
{
    private const string Word = "correct horse battery";

    [Test]
    public async Task Ticket_ReplayedTruncatedReversedOrEmpty_OpensNothing()
    {
        await using var page = await OpenAsync();
        var used = await TicketAsync();
        await (await ManualPage.OpenAsync(Service, used)).DisposeAsync();
        var whole = await TicketAsync();
        string[] wrong = [used, whole[..^1], whole + "A", new([.. whole.Reverse()]), "", "%00", new('A', 4000)];
        foreach (var ticket in wrong)
        {
            await using var refused = await ManualPage.OpenAsync(Service, ticket);
            Assert.That(await refused.ClosedAsync(), Is.EqualTo(4401), ticket.Length.ToString());
        }

        await using var opened = await ManualPage.OpenAsync(Service, whole);
        Assert.That((string?)(await opened.SubscribeAsync("jobs"))["op"], Is.EqualTo("subscribed"), "tries with others did not use it up");
        Assert.That((string?)(await page.SubscribeAsync("jobs"))["op"], Is.EqualTo("subscribed"));
        await AssertEnrollsAsync();
    }

    [Test]
    public async Task Renewal_ByTheTicketOfAnotherUser_EndsTheConnection_ByOnesOwnItGoesOn()
    {
        using var ada = await SignedInAsync("ada");
        using var bob = await SignedInAsync("bob");
        await using var page = await OpenAsync(ada);
        await page.SendAsync(new { op = "renew", id = 1, ticket = await TicketAsync(ada) });
        Assert.That((int?)(await page.NextAsync("renewed"))["id"], Is.EqualTo(1));

        await page.SendAsync(new { op = "renew", id = 2, ticket = await TicketAsync(bob) });
        Assert.That(await page.ClosedAsync(), Is.EqualTo(4403));

        await using var other = await OpenAsync(ada);
        await other.SendAsync(new { op = "renew", id = 3, ticket = "made-up" });
        Assert.That(await other.ClosedAsync(), Is.EqualTo(4401));
    }

    [Test]
    public async Task Ticket_OfAUserWhoWasRemovedMeanwhile_OpensNothing()
    {
        using var ada = await SignedInAsync("ada");
        var ticket = await TicketAsync(ada);
        using var removed = await Service.Http.DeleteAsync("api/users/ada");

        await using var page = await ManualPage.OpenAsync(Service, ticket);
        Assert.That(await page.ClosedAsync(), Is.EqualTo(4401));
    }

    [TestCase("api/kiosks/{0}")]
    [TestCase($"api/devices/{Neighbour}")]
    public async Task Kiosk_RemovedByItselfOrWithItsScanner_LosesItsSocketAndItsTickets(string what)
    {
        using var screen = new HttpClient { BaseAddress = Service.Page };
        using var begun = await screen.PostAsync("api/kiosks/pairings", null);
        var pairing = (await begun.Content.ReadFromJsonAsync<JsonNode>())!;
        var kiosk = await Service.PostAsync("api/kiosks", new { code = (string)pairing["code"]!, device = Neighbour });
        using var paired = await screen.PostAsJsonAsync($"api/kiosks/pairings/{pairing["code"]}", new { secret = (string)pairing["secret"]! });
        screen.DefaultRequestHeaders.Add("Cookie", paired.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.That((string?)(await screen.GetFromJsonAsync<JsonNode>("api/me"))!["scanner"], Is.EqualTo(Neighbour));
        await using var page = await OpenAsync(screen);
        var ticket = await TicketAsync(screen);
        using var removed = await Service.Http.DeleteAsync(string.Format(what, kiosk["id"]));

        Assert.That(await page.ClosedAsync(), Is.EqualTo(4401));
        await using var late = await ManualPage.OpenAsync(Service, ticket);
        Assert.That(await late.ClosedAsync(), Is.EqualTo(4401));
        using var again = await Service.Http.PostAsJsonAsync("api/devices", new { id = Neighbour });
        using var me = await screen.GetAsync("api/me");
        Assert.That(me.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "also when there is a scanner of that id again");
        Assert.That((await Service.GetAsync("api/kiosks"))["items"]!.AsArray(), Is.Empty);
    }

    private async Task<HttpClient> SignedInAsync(string name)
    {
        await Service.PostAsync("api/users", new { name, role = "viewer", password = Word });
        var client = new HttpClient { BaseAddress = Service.Page };
        using var answer = await client.PostAsJsonAsync("api/sign-in", new { user = name, password = Word });
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }
}
