using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>
/// The service is killed again and again under load, and starts again on its file. Publishers and persistent subscribers behave as the standard
/// demands; what is counted in the end is lost, doubled and reordered messages.
/// </summary>
[Category("Slow")]
public sealed class KillLoopTests() : ServiceTest(Anonymous)
{
    // By hand: GATEWAY_KILL_ROUNDS=500 dotnet test --filter KillLoop
    private static readonly int s_rounds = int.Parse(Environment.GetEnvironmentVariable("GATEWAY_KILL_ROUNDS") ?? "50");


    [Test]
    public async Task Service_KilledUnderLoadManyTimes_LosesDoublesAndReordersNothing()
    {
        var dice = new Random(1);
        SteadyPublisher[] publishers = [new("p1", "load/1", 1), new("p2", "load/2", 2), new("kept", "load/kept", 1, retain: true)];
        SteadySubscriber[] present = [new("s1", "load/1", 1), new("s2", "load/2", 2)];
        SteadySubscriber[] absent = [new("a1", "load/1", 1), new("a2", "load/2", 2)];
        foreach (var subscriber in present.Concat(absent))
        {
            await subscriber.SubscribeAsync(Service.MqttPort);
        }

        for (var round = 0; round < s_rounds; round++)
        {
            var goal = publishers.Select(p => p.Acknowledged + dice.Next(10, 150)).ToList();
            var port = Service.MqttPort;
            List<Task> running = [.. publishers.Select(p => p.RunAsync(port)), .. present.Select(s => s.RunAsync(port))];
            await Eventually.HoldsAsync(() => publishers.Zip(goal).All(static p => p.First.Acknowledged >= p.Second), $"load in round {round}");
            await KillAndStartAsync();
            await Task.WhenAll(running);
            await AssertRetainedAsync(publishers[2]);
        }

        foreach (var publisher in publishers)
        {
            publisher.Finish();
        }

        await Task.WhenAll(publishers.Select(p => p.RunAsync(Service.MqttPort)));
        Assert.That(publishers.Select(static p => p.Acknowledged), Is.EqualTo(publishers.Select(static p => p.Sent)), "all is acknowledged");
        await Task.WhenAll(present.Concat(absent).Select((s, i) => s.RunAsync(Service.MqttPort, publishers[i % 2].Sent)));
        TestContext.Out.WriteLine($"{s_rounds} kills, {publishers.Sum(static p => p.Sent)} messages");
        Assert.Multiple(() =>
        {
            Assert.That(Faults(present[0].Numbers, publishers[0].Sent, mayRepeat: true), Is.EqualTo((0, 0, 0)), "QoS 1, present: lost, doubled, reordered");
            Assert.That(Faults(present[1].Numbers, publishers[1].Sent, mayRepeat: false), Is.EqualTo((0, 0, 0)), "QoS 2, present");
            Assert.That(Faults(absent[0].Numbers, publishers[0].Sent, mayRepeat: true), Is.EqualTo((0, 0, 0)), "QoS 1, absent");
            Assert.That(Faults(absent[1].Numbers, publishers[1].Sent, mayRepeat: false), Is.EqualTo((0, 0, 0)), "QoS 2, absent");
        });
    }

    [Test]
    public async Task Will_OfAPersistentSession_KilledWithTheService_IsSentAfterIt()
    {
        var lasting = new Properties { SessionExpiry = 3_600 };
        using (var watcher = await RawClient.OpenAsync(Service.MqttPort))
        {
            await watcher.ConnectAsync(RawClient.Hello("w", clean: false) with { Properties = lasting });
            await watcher.SubscribeAsync(new SubscriptionRequest("gone", 1));
        }

        using var victim = await RawClient.OpenAsync(Service.MqttPort);
        var will = new WillPacket("gone", "bye"u8.ToArray(), 1, Retain: true, Properties.None);
        await victim.ConnectAsync(RawClient.Hello("v", clean: false) with { Properties = lasting, Will = will });
        await KillAndStartAsync();
        using var back = await RawClient.OpenAsync(Service.MqttPort);
        Assert.That((await back.ConnectAsync(RawClient.Hello("w", clean: false) with { Properties = lasting })).SessionPresent, Is.True);
        Assert.That((await back.ReadPublishAsync()).Payload, Is.EqualTo("bye"));
    }

    [Test]
    public async Task Expiry_OfMessagesAndSessions_GoesOnAcrossAKill()
    {
        using (var client = await RawClient.OpenAsync(Service.MqttPort))
        {
            await client.ConnectAsync(RawClient.Hello("short", clean: false) with { Properties = new() { SessionExpiry = 2 } });
            await client.PublishAsync("short", "x", qos: 1, retain: true, properties: new() { MessageExpiry = 2 });
            await client.ReadAckAsync();
            await client.PublishAsync("long", "x", qos: 1, retain: true, properties: new() { MessageExpiry = 1_000 });
            await client.ReadAckAsync();
        }

        await KillAndStartAsync();
        using var watcher = await RawClient.OpenAsync(Service.MqttPort);
        await watcher.ConnectAsync(RawClient.Hello("watcher"));
        await watcher.SubscribeAsync(new SubscriptionRequest("long", 0));
        Assert.That((await watcher.ReadPublishAsync()).Properties!.MessageExpiry, Is.LessThanOrEqualTo(1_000));
        await Eventually.HoldsAsync(async () => await RetainedAsync("short") is null, "the message expires");
        await Eventually.HoldsAsync(async () => await SessionsAsync() == 1, "only the watcher's session is left");
        using var back = await RawClient.OpenAsync(Service.MqttPort);
        var accepted = await back.ConnectAsync(RawClient.Hello("short", clean: false) with { Properties = new() { SessionExpiry = 2 } });
        Assert.That(accepted.SessionPresent, Is.False);
    }

    private static (int Lost, int Doubled, int Reordered) Faults(IReadOnlyList<long> numbers, long sent, bool mayRepeat)
    {
        var first = numbers.Distinct().ToList();
        var reordered = first.Zip(first.Skip(1)).Count(static pair => pair.Second < pair.First);
        return ((int)sent - first.Count, mayRepeat ? 0 : numbers.Count - first.Count, reordered);
    }

    // What was acknowledged last, or something newer that was on its way.
    private async Task AssertRetainedAsync(SteadyPublisher publisher) =>
        Assert.That(long.Parse((await RetainedAsync("load/kept"))!), Is.InRange(publisher.Acknowledged, publisher.Sent), "retained");

    private async Task<string?> RetainedAsync(string topic)
    {
        using var reader = await RawClient.OpenAsync(Service.MqttPort);
        await reader.ConnectAsync(RawClient.Hello(""));
        await reader.SubscribeAsync(new(topic, 0), new("end", 0));

        // retained messages go before live ones
        await reader.PublishAsync("end", "");
        var first = await reader.ReadPublishAsync();
        return first.Topic == topic ? first.Payload : null;
    }

    private async Task<int> SessionsAsync()
    {
        var figures = await Service.Http.GetStringAsync("metrics");
        return int.Parse(figures.Split('\n').Single(static line => line.StartsWith("gateway_broker_sessions ", StringComparison.Ordinal)).Split(' ')[1]);
    }
}
