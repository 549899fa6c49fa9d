using Gateway.Simulation;

namespace Gateway.Tests.Simulation;

public sealed class OutboxTests
{
    private static readonly MqttMessage s_birth = new("status", "born"u8.ToArray(), Retain: true);

    [Test]
    public async Task Restart_UnacknowledgedMessage_GoesOutAgainAsDuplicateBehindTheBirth()
    {
        using var outbox = new Outbox(4);
        var first = await outbox.AddAsync(Scan("a"), default);
        await outbox.AddAsync(Scan("b"), default);
        outbox.TryNext(out _, out _);
        outbox.Restart(s_birth);
        Assert.That(Drain(outbox), Is.EqualTo(new[] { ("status", false), ("a", true), ("b", false) }));
        Assert.That(first.Acknowledged.IsCompleted, Is.False);
    }

    [Test]
    public async Task Acknowledge_SentMessage_EndsItAndMakesRoom()
    {
        using var outbox = new Outbox(1);
        var first = await outbox.AddAsync(Scan("a"), default);
        var second = outbox.AddAsync(Scan("b"), default).AsTask();
        outbox.TryNext(out _, out _);
        Assert.That(second.IsCompleted, Is.False);

        outbox.Acknowledge(first.PacketId);
        await first.Acknowledged;
        Assert.That((await second).Message.Topic, Is.EqualTo("b"));
    }

    [Test]
    public void PutStatus_OlderOneUnsent_OnlyTheLatestGoesOut()
    {
        using var outbox = new Outbox(1);
        outbox.PutStatus(Scan("old"));
        outbox.PutStatus(Scan("new"));
        Assert.That(Drain(outbox), Is.EqualTo(new[] { ("new", false) }));
    }

    [TestCase(0, 0.5)]
    [TestCase(3, 4)]
    [TestCase(6, 30)]
    [TestCase(1_000, 30)]
    public void ReconnectDelay_DoublesToABound_WithFullJitter(int failures, double longest)
    {
        Assert.That(ReconnectPolicy.Delay(failures, draw: 1), Is.EqualTo(TimeSpan.FromSeconds(longest)));
        Assert.That(ReconnectPolicy.Delay(failures, draw: 0), Is.EqualTo(TimeSpan.Zero));
    }

    private static MqttMessage Scan(string topic) => new(topic, "{}"u8.ToArray(), Retain: true);

    private static List<(string Topic, bool Duplicate)> Drain(Outbox outbox)
    {
        var all = new List<(string, bool)>();
        while (outbox.TryNext(out var entry, out var duplicate))
        {
            all.Add((entry.Message.Topic, duplicate));
        }

        return all;
    }
}
