using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Support;

/// <summary>A page without a browser: one WebSocket, frames sent and awaited by hand.</summary>
internal sealed class ManualPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Heartbeats come all the while.
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();

    public static async Task<ManualPage> OpenAsync(GatewayFixture service, string? ticket = null)
    {
        var page = new ManualPage();
        var query = ticket is null ? "" : $"?ticket={ticket}";
        await page._socket.ConnectAsync(new($"ws://127.0.0.1:{service.HttpPort}/ws{query}"), new CancellationTokenSource(Patience).Token);
        return page;
    }

    public Task SendAsync(object frame) => SendTextAsync(JsonSerializer.Serialize(frame));

    /// <summary>A frame as it is, whether it is JSON or not.</summary>
    public Task SendTextAsync(string text) => _socket.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, new CancellationTokenSource(Patience).Token);

    /// <summary>Subscribes and returns the answer.</summary>
    public async Task<JsonNode> SubscribeAsync(string channel, long? since = null, string? epoch = null)
    {
        var frame = new Dictionary<string, object> { ["op"] = "subscribe", ["id"] = 1, ["channel"] = channel };
        if (since is { } cursor)
        {
            frame["since"] = cursor;
        }

        if (epoch is not null)
        {
            frame["epoch"] = epoch;
        }

        await SendAsync(frame);
        return await NextAsync("subscribed");
    }

    /// <summary>The next frame with one of these ops; heartbeats in between are passed over.</summary>
    public async Task<JsonNode> NextAsync(params string[] ops)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < LongPatience;)
        {
            var frame = await ReadAsync()
                ?? throw new InvalidOperationException($"closed with {_socket.CloseStatus} {_socket.CloseStatusDescription} before {string.Join(" or ", ops)}");
            if (ops.Contains((string?)frame["op"]))
            {
                return frame;
            }

            Assert.That((string?)frame["op"], Is.EqualTo("heartbeat"), frame.ToJsonString());
        }

        throw new TimeoutException($"nothing but other frames before {string.Join(" or ", ops)}");
    }

    /// <summary>The types of the next events, in order.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync(int count)
    {
        var types = new List<string>();
        while (types.Count < count)
        {
            types.Add((string)(await NextAsync("event"))["type"]!);
        }

        return types;
    }

    /// <summary>The close code, when the service closes without another frame.</summary>
    public async Task<int> ClosedAsync()
    {
        Assert.That(await ReadAsync(), Is.Null);
        return (int)_socket.CloseStatus!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket.State == WebSocketState.Open)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, new CancellationTokenSource(Patience).Token);
        }

        _socket.Dispose();
    }

    private async Task<JsonNode?> ReadAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, new CancellationTokenSource(Patience).Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(text.ToString());
            }
        }
    }
}
