using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Modules.Webhooks;

namespace Gateway.Tests.Modules.Webhooks;

/// <summary>One attempt: where it goes is judged as it connects, and what is answered is read no further than its status.</summary>
public sealed class WebhookSenderTests
{
    private readonly WebhookReach _everywhere = new(AllowsLoopback: true, _ => false);

    [Test]
    public async Task Name_IsJudgedByWhereItLeadsAtThatMoment()
    {
        await using var receiver = new ManualReceiver();
        var url = $"http://app.lan:{receiver.Port}/";
        IPAddress[] leads = [IPAddress.Parse("169.254.169.254"), IPAddress.IPv6Loopback];
        using var sender = Sender(_everywhere with { AllowsLoopback = false }, () => leads);

        Assert.That((await SendAsync(sender, url)).Error, Does.Contain("nobody's application"));
        leads = [IPAddress.Loopback];
        Assert.That((await SendAsync(sender, url)).Error, Does.Contain("Webhooks:Loopback"));
        leads = [];
        Assert.That((await SendAsync(sender, url)).Error, Does.Contain("no address"));
        Assert.That(receiver.All, Is.Empty);

        using var allowed = Sender(_everywhere, () => [IPAddress.Parse("169.254.169.254"), IPAddress.Loopback]);
        Assert.That(await SendAsync(allowed, url), Has.Property("Status").EqualTo(204), "what is allowed of several addresses is taken");
    }

    [Test]
    public async Task OurOwnPorts_AreNotPostedTo_UnderWhateverName()
    {
        await using var receiver = new ManualReceiver();
        using var sender = Sender(_everywhere with { IsOwnPort = port => port == receiver.Port }, () => [IPAddress.Loopback]);

        Assert.That((await SendAsync(sender, $"http://app.lan:{receiver.Port}/")).Error, Does.Contain("this service itself"));
        Assert.That(receiver.All, Is.Empty);
    }

    [Test]
    public async Task Redirect_IsAnAnswer_AndNotFollowed()
    {
        await using var elsewhere = new ManualReceiver();
        var answer = await SendToAsync($"HTTP/1.1 302 X\r\nLocation: {elsewhere.Url}\r\nContent-Length: 0\r\n\r\n");

        Assert.That((answer.Status, answer.Error), Is.EqualTo(((int?)302, "answered 302")));
        Assert.That(elsewhere.All, Is.Empty);
    }

    [TestCase("HTTP/1.1 200 X\r\nContent-Length: 100000000000\r\n\r\nhush-hush", 200)]
    [TestCase("HTTP/1.1 500 hush-hush\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\nhush-hush", 500)]
    [TestCase("SSH-2.0-hush-hush\r\n", null)]
    [TestCase("+OK hush-hush\r\n\r\n", null)]
    [TestCase("HTTP/1.1 hush-hush\r\n\r\n", null)]
    [TestCase("", null)]
    public async Task Answer_IsNeverToldBeyondItsStatus(string said, int? status)
    {
        var answer = await SendToAsync(said);

        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Error ?? "", Does.Not.Contain("hush"));
    }

    [Test]
    public async Task Head_WithoutEnd_IsCutOff()
    {
        var answer = await SendToAsync("HTTP/1.1 200 X\r\nX: " + new string('x', 1_000_000));

        Assert.That((answer.Status, answer.Error), Is.EqualTo(((int?)null, "what answered is no web server")));
    }

    private static WebhookSender Sender(WebhookReach reach, Func<IPAddress[]> leads) =>
        new(new WebhooksOptions(), reach, TimeProvider.System) { Resolve = (_, _) => Task.FromResult(leads()) };

    private static Task<Attempt> SendAsync(WebhookSender sender, string url)
    {
        var webhook = new Webhook("w", url, ["failed"], DateTimeOffset.UnixEpoch, "");
        var delivery = new Delivery { Id = "d", Channel = "devices/lab-1", Type = "online", At = DateTimeOffset.UnixEpoch, Body = "{}" };
        return sender.SendAsync(webhook, WebhookRules.NewSecret(), delivery, CancellationToken.None);
    }

    /// <summary>To a receiver that says so, whatever is asked, and ends the connection when it is not listened to any more.</summary>
    private async Task<Attempt> SendToAsync(string said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = Sender(_everywhere, () => [IPAddress.Loopback]);
        var sending = SendAsync(sender, $"http://app.lan:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        using var client = await listener.AcceptTcpClientAsync();
        Assert.That(await client.GetStream().ReadAsync(new byte[4096]), Is.GreaterThan(0));
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(said));
        }
        catch (IOException ended)
        {
            await TestContext.Out.WriteLineAsync($"it has heard enough: {ended.Message}");
        }

        client.Client.Shutdown(SocketShutdown.Send);
        return await sending;
    }
}
