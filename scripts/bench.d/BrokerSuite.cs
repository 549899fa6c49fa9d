namespace Gateway.Bench;

/// <summary>The broker alone, beside another: MQTT in, MQTT out.</summary>
internal sealed class BrokerSuite(Options options) : RawSuite(options)
{
    private const int DurableWindow = 64;

    protected override async Task MeasureAsync(CancellationToken cancellation)
    {
        if (Wants("crowd"))
        {
            await MeasureCrowdAsync(cancellation);
        }
        if (Wants("rates") || Wants("most"))
        {
            await WithEachAsync(peer => PairsAsync(peer, cancellation), traffic => MeasurePairsAsync(traffic, cancellation));
        }
        if (Wants("durable"))
        {
            await WithEachAsync(peer => DurableAsync(peer, retain: true, cancellation), traffic => MeasureMostAsync(
                traffic, DurableWindow, $"one publisher, retained: PUBACKs per second, window {DurableWindow}", measured => measured.Acknowledged, cancellation));
            await WithEachAsync(peer => DurableAsync(peer, retain: false, cancellation), traffic => MeasureMostAsync(
                traffic, DurableWindow, $"one publisher, for a session that is away: PUBACKs/s, window {DurableWindow}", measured => measured.Acknowledged, cancellation));
        }
        if (Wants("fanout"))
        {
            await WithEachAsync(peer => FanOutAsync(peer, cancellation), traffic => MeasureMostAsync(
                traffic, Options.Window, $"1 → {Options.Audience} clients, QoS 0: messages delivered per second", measured => measured.Delivered, cancellation));
        }
    }

    private async Task MeasurePairsAsync(Dictionary<string, Traffic> traffic, CancellationToken cancellation)
    {
        foreach (var peer in Peers)
        {
            await traffic[peer.Name].AtRateAsync(2000, 2, new Measured(), cancellation);
        }
        if (Wants("rates"))
        {
            await MeasureRatesAsync(traffic, "publish → subscriber", cancellation);
        }
        if (Wants("most"))
        {
            await MeasureMostAsync(
                traffic, Options.Window, $"most delivered per second, window {Options.Window}", measured => measured.Delivered, cancellation);
        }
    }

    private async Task MeasureCrowdAsync(CancellationToken cancellation)
    {
        var crowds = new Dictionary<string, Crowd>(StringComparer.Ordinal);
        foreach (var peer in Peers)
        {
            // The first are warm-up: what is compiled then is not theirs.
            foreach (var count in (int[])[200, Options.Crowd])
            {
                using var crowd = crowds[peer.Name] = await Crowd.ConnectAsync(
                    peer, Receiving, count, index => new MqttLink(peer.MqttPort, new MqttPlan($"crowd-{index}")), cancellation);
            }
        }
        Report.Gap();
        Report.Row($"{Options.Crowd} connect at once, s until all CONNACKs", name => crowds[name].Seconds, "0.000");
        Report.Row("         CPU for each, µs", name => crowds[name].CpuSeconds * 1e6 / Options.Crowd, "0");
        Report.Row("         RSS for each while idle, KB", name => crowds[name].KilobytesEach, "0.0");
    }

    private Task<Traffic> PairsAsync(Peer peer, CancellationToken cancellation) => ConnectAsync(
        peer,
        [.. Enumerable.Range(0, Options.Scanners).Select(index => NewPublisher(peer, $"bench/pairs/{index}", retain: false))],
        [.. Enumerable.Range(0, Options.Scanners).Select(index => new MqttLink(peer.MqttPort, new MqttPlan($"pair-{index}", $"bench/pairs/{index}", Qos: 1)))],
        cancellation);

    private Task<Traffic> FanOutAsync(Peer peer, CancellationToken cancellation) => ConnectAsync(
        peer,
        [NewPublisher(peer, "bench/all", retain: false)],
        [.. Enumerable.Range(0, Options.Audience).Select(index => new MqttLink(peer.MqttPort, new MqttPlan($"audience-{index}", "bench/all")))],
        cancellation);

    private async Task<Traffic> DurableAsync(Peer peer, bool retain, CancellationToken cancellation)
    {
        if (!retain)
        {
            using var away = new MqttLink(peer.MqttPort, new MqttPlan("away", "bench/durable/away", Qos: 1, Clean: false));
            Receiving.Add(away);
            await Crowd.ReadyAsync([away], cancellation);
        }
        return await ConnectAsync(peer, [NewPublisher(peer, retain ? "bench/durable/retained" : "bench/durable/away", retain)], [], cancellation);
    }

    private static Publisher NewPublisher(Peer peer, string topic, bool retain) => new(peer.MqttPort, $"to-{topic}", topic, retain, Payloads.JobProgress);
}
