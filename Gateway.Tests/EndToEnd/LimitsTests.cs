using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Tests.EndToEnd;

/// <summary>Where strangers can knock: one that asks for too much is told so, and its neighbour notices nothing.</summary>
public sealed class LimitsTests : FolderTest
{
    [Test]
    public async Task Requests_BeyondTheRateOfAnAddress_Are429_AndItsNeighbourIsServed()
    {
        await using var service = await StartAsync("--Limits:HttpRate", "1", "--Limits:HttpBurst", "5");
        using var noisy = From("127.0.0.2", service);
        using var neighbour = From("127.0.0.3", service);
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(await noisy.GetAsync("healthz"));
        }

        var refused = answers.Last(answer => answer.StatusCode != HttpStatusCode.OK);
        Assert.That(answers[0].StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((refused.StatusCode, refused.Headers.RetryAfter!.Delta), Is.EqualTo((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1))));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"limited\""));
        Assert.That((await neighbour.GetAsync("healthz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Eventually.HoldsAsync(() => service.Output.Contains("limit http_rate reached by 127.0.0.2"), "the line in the log");
        Assert.That(service.Output.Split("limit http_rate reached").Length - 1, Is.EqualTo(1), "one line an episode");
        Assert.That(await neighbour.GetStringAsync("metrics"), Does.Contain("gateway_access_limited_total{limit=\"http_rate\"}"));
    }

    [Test, Category("Slow")]
    public async Task Guessers_WhoWaitAlready_AreOneLineInTheLog_AndWhatTheyTypeAsANameIsInNone()
    {
        await using var service = await StartAsync();
        using var bearer = From("127.0.0.2", service);
        bearer.DefaultRequestHeaders.Authorization = new("Bearer", "guess");
        using var links = From("127.0.0.3", service);
        using var names = From("127.0.0.4", service);
        var refused = 0;
        for (var i = 0; i < 15; i++)
        {
            using var one = await bearer.GetAsync("api/jobs");
            using var two = await links.PostAsJsonAsync("api/sign-in", new { token = $"guess {i}" });
            using var three = await names.PostAsJsonAsync("api/sign-in", new { user = "typed-as-a-name\n12:00 forged", password = "x" });
            var four = await Mosquitto.PublishAsync(service.MqttPort, "a/b", "{}", "-V", "mqttv5", "-d", "-u", "me", "-P", "guess", "-A", "127.0.0.5");
            refused += new[] { one, two, three }.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized) + (four.Contains("CONNACK (135)") ? 1 : 0);
        }

        await Eventually.HoldsAsync(() => Lines(service, "limit auth_failures reached") == 4, "one an address");
        await Eventually.HoldsAsync(() => Lines(service, " refused: ") == refused, "those who did not have to wait");
        Assert.That(refused, Is.LessThan(4 * 15));
        Assert.That(service.Output, Does.Not.Contain("typed-as-a-name").And.Contain("by a name that never signed in here, 127.0.0.4"));
    }

    [Test, Category("Slow")]
    public async Task Guessers_AreToldToWait_AndAScannerBehindTheSameAddressIsServed()
    {
        await using var service = await StartAsync();
        var secret = (string)(await service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        string[] wrong = ["-V", "mqttv5", "-d", "-u", "door-1", "-P", "guess"];
        var answers = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add(await Mosquitto.PublishAsync(service.MqttPort, "scanners/door-1/status", "{}", wrong));
        }

        using var guesser = From("127.0.0.1", service);
        guesser.DefaultRequestHeaders.Authorization = new("Bearer", "guess");
        using var answer = await guesser.GetAsync("api/jobs");
        Assert.That(answers[0], Does.Contain("CONNACK (135)"));
        Assert.That(answers[^1], Does.Contain("CONNACK (151)"));
        Assert.That((answer.StatusCode, answer.Headers.RetryAfter is null), Is.EqualTo((HttpStatusCode.TooManyRequests, false)));
        var scanner = new ScannerByHand(() => service.MqttPort, "door-1", "-u", "door-1", "-P", secret);
        Assert.That(await scanner.StatusAsync(), Does.Contain("RC:0"));
    }

    [Test, Category("Slow")]
    public async Task Will_OnAnotherScannersTopic_IsNotPublished()
    {
        await using var service = await StartAsync();
        await service.PostAsync("api/devices", new { id = "door-2" });
        var secret = (string)(await service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        string[] will = ["--will-topic", "scanners/door-2/status", "--will-payload", "{\"id\":\"9-9\",\"state\":\"online\"}", "--will-retain"];
        await using (Mosquitto.Listen(service.MqttPort, "scanners/door-1/commands", ["-u", "door-1", "-P", secret, .. will]))
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    // Accepted with a will that is not its own, or refused for it: either way it never speaks.
                    var quarantined = (await service.GetAsync("api/quarantine"))["items"]!.AsArray().Count > 0;
                    return quarantined || (bool)(await service.GetAsync("api/devices/door-1"))["state"]!["online"]! || service.Output.Contains("will");
                },
                "an answer");
        }

        var said = await Mosquitto.SubscribeAsync(service.MqttPort, "scanners/door-2/status", 1, "-u", "admin", "-P", GatewayFixture.AdminToken);
        Assert.That(said, Is.Empty);
        Assert.That((bool)(await service.GetAsync("api/devices/door-2"))["state"]!["online"]!, Is.False);
    }

    [Test]
    public async Task Requests_FromThisMachine_AreNotLimited_UnlessItIsAskedFor()
    {
        await using var service = await GatewayFixture.StartAsync(Folder.Path, "--Limits:HttpRate", "1", "--Limits:HttpBurst", "1");
        for (var i = 0; i < 10; i++)
        {
            Assert.That((await service.Http.GetAsync("healthz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
    }

    [Test]
    public async Task Connections_BeyondThoseOfAnAddress_AreClosed_AndAFreedPlaceIsGivenAgain()
    {
        await using var service = await StartAsync("--Limits:ConnectionsPerAddress", "3");
        List<Socket> held =
        [
            await ConnectAsync("127.0.0.2", service.HttpPort), await ConnectAsync("127.0.0.2", service.HttpPort),
            await ConnectAsync("127.0.0.2", service.MqttPort),
        ];
        Assert.That((await IsServedAsync(held[0]), await IsServedAsync(held[1])), Is.EqualTo((true, true)));

        using var oneMore = await ConnectAsync("127.0.0.2", service.HttpPort);
        using var neighbour = await ConnectAsync("127.0.0.3", service.HttpPort);
        Assert.That((await IsServedAsync(oneMore), await IsServedAsync(neighbour)), Is.EqualTo((false, true)));

        held.ForEach(socket => socket.Dispose());
        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await ConnectAsync("127.0.0.2", service.HttpPort);
                return await IsServedAsync(again);
            },
            "a place again");
    }

    private static int Lines(GatewayFixture service, string words) => service.Output.Split(words).Length - 1;

    private Task<GatewayFixture> StartAsync(params string[] limits) => GatewayFixture.StartAsync(
        Folder.Path, ["--Access:AdminToken", GatewayFixture.AdminToken, "--Limits:Loopback", "true", .. limits]);

    /// <summary>Another machine, as far as this one has several addresses on loopback.</summary>
    private static HttpClient From(string address, GatewayFixture service) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
            new NetworkStream(await ConnectAsync(address, context.DnsEndPoint.Port, cancellation), ownsSocket: true),
    })
    {
        BaseAddress = service.Page,
    };

    private static async Task<Socket> ConnectAsync(string from, int port, CancellationToken cancellation = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        return socket;
    }

    private static async Task<bool> IsServedAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            return await socket.ReceiveAsync(new byte[1024], new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
