using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Channels;

/// <summary>One end of a WebSocket, driven frame by frame.</summary>
internal sealed class LivePage : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _patience;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private LivePage(TimeSpan patience) => _patience = new(patience);

    /// <param name="address">Of the service's WebSocket.</param>
    /// <param name="patience">For all that it waits for.</param>
    /// <param name="line">What it connects over; the ordinary one when null.</param>
    public static async Task<LivePage> OpenAsync(Uri address, TimeSpan? patience = null, HttpMessageInvoker? line = null)
    {
        var page = new LivePage(patience ?? TimeSpan.FromSeconds(20));
        page._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await page._socket.ConnectAsync(address, line, page._patience.Token);
        return page;
    }

    public Task SendAsync(string frame) => SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text);

    public Task SendAsync(byte[] frame, WebSocketMessageType type, bool endOfMessage = true) =>
        _socket.SendAsync(frame, type, endOfMessage, _patience.Token);

    /// <summary>Sends and returns the next frame.</summary>
    public async Task<JsonNode> AskAsync(string frame)
    {
        await SendAsync(frame);
        return await NextAsync();
    }

    public async Task<JsonNode> NextAsync()
    {
        var (type, text) = await ReceiveAsync();
        return type == WebSocketMessageType.Text ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"closed with {(int?)_socket.CloseStatus} {_socket.CloseStatusDescription}");
    }

    /// <summary>The cursors of the next events.</summary>
    public async Task<List<long>> EventsAsync(int count, string cursor = "seq")
    {
        var cursors = new List<long>();
        while (cursors.Count < count)
        {
            var frame = await NextAsync();
            Assert.That((string?)frame["op"], Is.EqualTo("event"), frame.ToJsonString());
            cursors.Add((long)frame[cursor]!);
        }

        return cursors;
    }

    /// <summary>The close, when it is the next thing to come.</summary>
    public async Task<(int Code, int RetryMs)> ClosedAsync()
    {
        var (type, text) = await ReceiveAsync();
        Assert.That(type, Is.EqualTo(WebSocketMessageType.Close), text);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, _patience.Token);
        return ((int)_socket.CloseStatus!, (int)JsonNode.Parse(_socket.CloseStatusDescription!)!["retryMs"]!);
    }

    public async Task CloseAsync()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, _patience.Token);
        while ((await ReceiveAsync()).Type != WebSocketMessageType.Close)
        {
            Assert.That(_socket.State, Is.EqualTo(WebSocketState.CloseSent));
        }
    }

    /// <summary>Vanishes, as a page that is navigated away from.</summary>
    public void Abort() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _patience.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(WebSocketMessageType Type, string Text)> ReceiveAsync()
    {
        var text = new StringBuilder();
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer, _patience.Token);
            text.Append(Encoding.UTF8.GetString(_buffer, 0, received.Count));
            if (received.EndOfMessage)
            {
                return (received.MessageType, text.ToString());
            }
        }
    }
}
