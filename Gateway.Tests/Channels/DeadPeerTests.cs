using System.IO.Pipelines;
using Gateway.Channels.WebSockets;

namespace Gateway.Tests.Channels;

public sealed class DeadPeerTests
{
    [Test]
    public async Task WireThatGivesAndTakesBytes_IsNotSilent()
    {
        var time = new ManualTime();
        var network = new Pipe();
        await using var wire = new SocketWire(network.Writer.AsStream(), new(() => null, time));
        time.Advance(TimeSpan.FromSeconds(50));
        await wire.WriteAsync("x"u8.ToArray());

        Assert.That(wire.SilentFor, Is.EqualTo(TimeSpan.FromSeconds(50)), "gathered is not taken");
        await wire.FlushBatchAsync(CancellationToken.None);
        Assert.That(wire.SilentFor, Is.EqualTo(TimeSpan.Zero));
    }

    // Pulled from the net: our kernel takes every heartbeat, and nobody answers for it.
    [Test]
    public async Task WireWhosePeerAcknowledgesNothing_IsSilent_HoweverMuchIsWritten()
    {
        var time = new ManualTime();
        var network = new Pipe();
        var accepted = 100L;
        await using var wire = new SocketWire(network.Writer.AsStream(), new(() => accepted, time));
        Assert.That(wire.SilentFor, Is.EqualTo(TimeSpan.Zero));
        for (var second = 0; second < 60; second += 8)
        {
            time.Advance(TimeSpan.FromSeconds(8));
            await wire.WriteAsync("x"u8.ToArray());
            await wire.FlushBatchAsync(CancellationToken.None);
        }

        Assert.That(wire.SilentFor, Is.EqualTo(TimeSpan.FromSeconds(64)));
        accepted++;
        Assert.That(wire.SilentFor, Is.EqualTo(TimeSpan.Zero), "it took a byte");
    }

    [Test]
    public async Task PageThatOnlyTakesHeartbeats_IsNotDead()
    {
        await using var live = await LiveFixture.StartAsync();
        live.Desk.ExpiresAt = DateTimeOffset.MaxValue;
        await using var page = await live.OpenPageAsync();
        await page.AskAsync("""{"op":"ping"}""");
        for (var beat = 0; beat < 20; beat++)
        {
            await live.Time.PassWaitAsync(TimeSpan.FromSeconds(8));
            Assert.That((string?)(await page.NextAsync())["op"], Is.EqualTo("heartbeat"));
        }
    }

    [Test]
    public async Task PageThatTakesAndGivesNothingForAMinute_IsClosed_AndForgotten()
    {
        await using var live = await LiveFixture.StartAsync();
        live.Desk.ExpiresAt = DateTimeOffset.MaxValue;
        await using var page = await live.OpenPageAsync();
        var job = Gateway.Journal.ChannelName.Of("jobs", "one");
        live.Journal.Append(job);
        await page.AskAsync("""{"op":"subscribe","channel":"jobs","since":0}""");

        // More than the buffers on the way hold, and nobody reads.
        for (var i = 0; i < 150; i++)
        {
            live.Journal.AppendLarge(job, 200_000);
        }

        await Eventually.HoldsAsync(
            () =>
            {
                live.Time.Advance(TimeSpan.FromSeconds(8));
                return live.Sockets.Connections == 0;
            },
            "a page that takes nothing is closed");
        Assert.That((live.Hub.Streams, live.Attendance.Channels), Is.EqualTo((0, 0)));
    }
}
