using System.Text.Json.Nodes;
using Gateway.Journal;
using Gateway.Operations.Metrics;

namespace Gateway.Tests.Channels;

/// <summary>What operators see of the live side: who follows what, how far behind, and the figures; those are of the whole process.</summary>
[NonParallelizable]
public sealed class OperatorTests
{
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");

    [Test]
    public async Task Connections_AreListed_NewestFirst_WithWhatTheyFollow()
    {
        await using var live = await LiveFixture.StartAsync();
        live.Journal.Append(Job, 3);
        await using var page = await live.OpenPageAsync("other");
        await page.AskAsync("""{"op":"subscribe","channel":"jobs/one","client":"k1"}""");
        await page.AskAsync("""{"op":"ping"}""");
        live.Time.Advance(TimeSpan.FromSeconds(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobs/events?client=k2") { Headers = { { "Accept", "text/event-stream" } } };
        using var stream = await live.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var newest = await ListAsync(live, "?limit=1");
        var older = await ListAsync(live, $"?limit=1&before={newest["next"]}");

        Assert.That(Said(newest), Is.EqualTo("stream kiosk k2 jobs 3 0"));
        Assert.That(Said(older), Is.EqualTo("socket other k1 jobs/one 3 0"));
        Assert.That(((string?)older["items"]![0]!["role"], (string?)older["items"]![0]!["address"]), Is.EqualTo(("teacher", "127.0.0.1")));
        Assert.That(older["next"], Is.Null);
    }

    [Test]
    public async Task Figures_SayWhoFollows_WhatWasSent_AndWhatReset()
    {
        using var board = new MetricsBoard("Gateway.Channels");
        await using var live = await LiveFixture.StartAsync();
        live.Journal.Append(Job, 3);
        await using var page = await live.OpenPageAsync();
        await page.AskAsync("""{"op":"subscribe","channel":"jobs/one","since":9,"epoch":"e1"}""");
        live.Journal.Append(Job);
        await page.EventsAsync(1);
        await page.AskAsync("""{"op":"ping"}""");
        var (text, failure) = board.Read();

        Assert.That(failure, Is.Null);
        Assert.That(text, Does.Contain("gateway_channels_connections{transport=\"socket\"} 1"));
        Assert.That(text, Does.Contain("gateway_channels_subscribers 1"));
        Assert.That(text, Does.Contain("gateway_channels_lag_worst_events 0"));
        Assert.That(text, Does.Match(@"gateway_channels_resets_total\{cause=""beyond_head""\} [1-9]"));
        Assert.That(text, Does.Match(@"gateway_channels_frames_total\{transport=""socket""\} [2-9]"));
        Assert.That(text, Does.Match(@"gateway_channels_append_to_socket_seconds_count [1-9]"));
    }

    private static async Task<JsonNode> ListAsync(LiveFixture live, string query) =>
        JsonNode.Parse(await live.Http.GetStringAsync($"/api/connections{query}"))!;

    private static string Said(JsonNode list)
    {
        var one = list["items"]!.AsArray().Single()!;
        var channel = one["channels"]!.AsArray().Single()!;
        return $"{one["transport"]} {one["user"]} {channel["client"]} {channel["channel"]} {channel["cursor"]} {channel["lag"]}";
    }
}
