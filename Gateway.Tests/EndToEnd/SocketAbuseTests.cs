using System.IO.Compression;
using System.Net;
using System.Text;
using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>Frames and bodies that are meant to burst something: each is refused by its code, and nothing comes of it.</summary>
[Category("Slow")]
public sealed class SocketAbuseTests : NeighbourTest
{
    private const int Bomb = 10_000_000;

    // First byte of a frame: last or not, compressed or not, kind.
    private const byte Text = 0x81;
    private const byte FirstOfMore = 0x01;
    private const byte More = 0x00;
    private const byte Compressed = 0xC1;
    private const byte Binary = 0x82;

    [Test]
    public async Task Frames_ThatAreNotAsAgreed_EndTheirConnectionByTheirCode_AndNoOther()
    {
        await using var page = await OpenAsync();
        await page.SubscribeAsync("jobs");
        var before = await PositionAsync();
        var deep = $$"""{"op":"publish","id":1,"channel":"rooms/x","data":{{new string('[', 500)}}{{new string(']', 500)}}}""";

        Assert.That(await CloseOfAsync(Frame(Compressed, Deflated(Bomb))), Is.EqualTo(1002), "compression was not agreed upon");
        Assert.That(await CloseOfAsync(Frame(Text, new byte[100], isMasked: false)), Is.EqualTo(1002).Or.Zero, "not masked: closed, with or without a word");
        Assert.That(await CloseOfAsync(Frame(Text, new byte[70_000])), Is.EqualTo(4413));
        Assert.That(await CloseOfAsync(Frame(Text, new byte[70_000], claimed: long.MaxValue)), Is.EqualTo(4413));
        Assert.That(await CloseOfAsync(Endless()), Is.EqualTo(4413));
        Assert.That(await CloseOfAsync(Frame(Binary, "{}"u8.ToArray())), Is.EqualTo(4400));
        Assert.That(await CloseOfAsync(Frame(Text, Encoding.ASCII.GetBytes(deep))), Is.EqualTo(4400));
        Assert.That(await CloseOfAsync(Frame(Text, [0xC3, 0x28])), Is.EqualTo(4400).Or.EqualTo(1007), "no UTF-8");

        Assert.That(await PositionAsync(), Is.EqualTo(before), "nothing changed");
        await page.SendAsync(new { op = "ping", id = 7 });
        Assert.That((int?)(await page.NextAsync("pong"))["id"], Is.EqualTo(7));
        await AssertEnrollsAsync();
    }

    [Test]
    public async Task Bodies_ThatUnpackToMuch_AreNotUnpacked()
    {
        var before = await PositionAsync();
        using var content = new ByteArrayContent(Gzipped(Bomb));
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var packed = await Service.Http.PostAsync("api/jobs", content);
        using var endless = await Stranger.ConnectAsync(Service.HttpPort);
        await endless.SendAsync(
            $"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {GatewayFixture.AdminToken}\r\nContent-Type: application/json\r\n"
            + $"Transfer-Encoding: chunked\r\n\r\n{70_000:x}\r\n{new string(' ', 70_000)}\r\n");

        Assert.That(packed.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That(Encoding.ASCII.GetString(await endless.ReadAsync()), Does.StartWith("HTTP/1.1 413"));
        Assert.That(await PositionAsync(), Is.EqualTo(before), "nothing changed");
    }

    [Test]
    public async Task Packet_OfMqtt_ThatClaimsToBeLarge_IsNotWaitedFor()
    {
        using var stranger = await Stranger.ConnectAsync(Service.MqttPort);
        await stranger.SendAsync(new byte[] { 0x10, 0xFF, 0xFF, 0xFF, 0x7F, 0, 4, (byte)'M' });
        await stranger.RestAsync();

        using var overlong = await Stranger.ConnectAsync(Service.MqttPort);
        await overlong.SendAsync(new byte[] { 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F });
        await overlong.RestAsync();
        await AssertEnrollsAsync();
    }

    [TestCase("http://evil.example", "localhost", "HTTP/1.1 403")]
    [TestCase("null", "localhost", "HTTP/1.1 403")]
    [TestCase("http://localhost.evil.example", "localhost", "HTTP/1.1 403")]
    [TestCase("http://evil.example", "evil.example", "HTTP/1.1 403")]
    [TestCase("http://localhost", "localhost", "HTTP/1.1 101")]
    public async Task Upgrade_FromAnotherSitesPage_IsRefused(string origin, string host, string expected)
    {
        foreach (var path in new[] { $"/ws?ticket={await TicketAsync()}", "/mqtt" })
        {
            using var stranger = await Stranger.ConnectAsync(Service.HttpPort);
            await stranger.SendAsync(Upgrade(path, host, $"Origin: {origin}\r\n"));
            Assert.That(Encoding.ASCII.GetString(await stranger.ReadAsync()), Does.StartWith(expected), path);
        }
    }

    private static string Upgrade(string path, string host, string more) =>
        $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + $"{(path == "/mqtt" ? "Sec-WebSocket-Protocol: mqtt\r\n" : "")}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n";

    /// <summary>The code with which a connection of its own is closed for these frames.</summary>
    private async Task<int> CloseOfAsync(params IEnumerable<byte[]> frames)
    {
        using var stranger = await Stranger.ConnectAsync(Service.HttpPort);
        await stranger.SendAsync(Upgrade($"/ws?ticket={await TicketAsync()}", "localhost", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
        var answer = Encoding.ASCII.GetString(await stranger.ReadAsync());
        Assert.That(answer, Does.StartWith("HTTP/1.1 101").And.Not.Contain("permessage-deflate"));
        foreach (var frame in frames)
        {
            if (!await stranger.TrySendAsync(frame))
            {
                break;
            }
        }

        var rest = await stranger.RestAsync();
        var close = rest.IndexOf('\u0088');
        return close < 0 || rest.Length < close + 4 ? 0 : (rest[close + 2] << 8) | rest[close + 3];
    }

    private static IEnumerable<byte[]> Endless() =>
        Enumerable.Range(0, 100).Select(part => Frame(part == 0 ? FirstOfMore : More, new byte[4096]));

    private static byte[] Frame(byte first, byte[] payload, bool isMasked = true, long? claimed = null)
    {
        var length = claimed ?? payload.Length;
        List<byte> head = [first];
        var mask = (byte)(isMasked ? 0x80 : 0);
        if (length < 126)
        {
            head.Add((byte)(mask | length));
        }
        else
        {
            head.Add((byte)(mask | 127));
            head.AddRange(BitConverter.GetBytes(length).Reverse());
        }

        // Masked with zeros: that leaves the payload as it is.
        return [.. head, .. isMasked ? new byte[4] : [], .. payload];
    }

    private static byte[] Deflated(int size) => Packed(size, to => new DeflateStream(to, CompressionLevel.Optimal, leaveOpen: true));

    private static byte[] Gzipped(int size) => Packed(size, to => new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true));

    private static byte[] Packed(int size, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var to = packer(packed))
        {
            to.Write(new byte[size]);
        }

        return packed.ToArray();
    }
}
