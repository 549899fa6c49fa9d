using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Support;

/// <summary>Follows one channel or feed the way a page does, over one of the four ways: the verdict on its cursor first, then events.</summary>
internal abstract class Follower(string stream) : IAsyncDisposable
{
    public static readonly string[] Ways = ["socket", "stream", "poll", "get"];

    public string Stream => stream;

    public string CursorField => stream.Contains('/') ? "seq" : "position";

    /// <param name="way">One of <see cref="Ways"/>.</param>
    /// <param name="ticket">For a WebSocket; null where none is needed.</param>
    public static Follower Of(string way, HttpClient http, string stream, string? ticket = null) => way switch
    {
        "socket" => new OverSocket(http.BaseAddress!, stream, ticket),
        "stream" => new OverEventStream(http, stream),
        "poll" => new OverPolls(http, stream, wait: 20),
        "get" => new OverPolls(http, stream, wait: 0),
        _ => throw new ArgumentOutOfRangeException(nameof(way), way, "no way"),
    };

    /// <summary>The verdict: epoch, reset and, where there is one, state.</summary>
    public abstract Task<JsonNode> StartAsync(long? since, string? epoch, CancellationToken cancellation);

    /// <summary>Events as they come; ends when the service ends it.</summary>
    public abstract IAsyncEnumerable<JsonNode> EventsAsync(CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();

    private static string Query(long? since, string? epoch) =>
        string.Join('&', new[] { since is null ? null : $"since={since}", epoch is null ? null : $"epoch={epoch}" }.OfType<string>());

    private sealed class OverSocket(Uri service, string stream, string? ticket) : Follower(stream)
    {
        private readonly ClientWebSocket _socket = new();
        private readonly byte[] _buffer = new byte[64 * 1024];

        public override async Task<JsonNode> StartAsync(long? since, string? epoch, CancellationToken cancellation)
        {
            var address = new UriBuilder(service) { Scheme = "ws", Path = "/ws", Query = ticket is null ? "" : $"ticket={ticket}" };
            await _socket.ConnectAsync(address.Uri, cancellation);
            var request = new JsonObject { ["op"] = "subscribe", ["channel"] = Stream };
            if (since is not null)
            {
                request["since"] = since;
            }

            if (epoch is not null)
            {
                request["epoch"] = epoch;
            }

            await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, cancellation);
            var answer = await NextAsync(cancellation);
            return (string?)answer?["op"] == "subscribed" ? answer! : throw new IOException($"not subscribed: {answer?.ToJsonString()} {_socket.CloseStatus}");
        }

        public override async IAsyncEnumerable<JsonNode> EventsAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            while (await NextAsync(cancellation) is { } frame)
            {
                if ((string?)frame["op"] == "event")
                {
                    yield return frame;
                }
            }
        }

        public override ValueTask DisposeAsync()
        {
            _socket.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task<JsonNode?> NextAsync(CancellationToken cancellation)
        {
            using var message = new MemoryStream();
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer, cancellation);
                message.Write(_buffer, 0, part.Count);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                if (part.EndOfMessage)
                {
                    return JsonNode.Parse(message.ToArray());
                }
            }
        }
    }

    private sealed class OverEventStream(HttpClient http, string stream) : Follower(stream)
    {
        private HttpResponseMessage? _answer;
        private StreamReader? _lines;

        public override async Task<JsonNode> StartAsync(long? since, string? epoch, CancellationToken cancellation)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{Stream}/events?{Query(since, epoch)}");
            request.Headers.Add("Accept", "text/event-stream");
            _answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            _answer.EnsureSuccessStatusCode();
            _lines = new(await _answer.Content.ReadAsStreamAsync(cancellation));
            var (kind, id, data) = await NextAsync(cancellation) ?? throw new IOException("the stream ended before it began");
            Assert.That((kind, id), Is.EqualTo(("subscribed", (string?)null)));
            return data;
        }

        public override async IAsyncEnumerable<JsonNode> EventsAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            while (await NextAsync(cancellation) is { } next)
            {
                if (next.Kind is null)
                {
                    Assert.That(next.Id, Does.EndWith($":{next.Data[CursorField]}"));
                    yield return next.Data;
                }
            }
        }

        public override ValueTask DisposeAsync()
        {
            _lines?.Dispose();
            _answer?.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task<(string? Kind, string? Id, JsonNode Data)?> NextAsync(CancellationToken cancellation)
        {
            var fields = new Dictionary<string, string>();
            while (await _lines!.ReadLineAsync(cancellation) is { } line)
            {
                if (line.Length > 0)
                {
                    var colon = line.IndexOf(':', StringComparison.Ordinal);
                    fields[line[..colon]] = line[(colon + 1)..].TrimStart();
                }
                else if (fields.TryGetValue("data", out var data))
                {
                    return (fields.GetValueOrDefault("event"), fields.GetValueOrDefault("id"), JsonNode.Parse(data)!);
                }
            }

            return null;
        }
    }

    private sealed class OverPolls(HttpClient http, string stream, int wait) : Follower(stream)
    {
        private JsonNode _page = null!;
        private long _cursor;

        public override async Task<JsonNode> StartAsync(long? since, string? epoch, CancellationToken cancellation)
        {
            _page = await GetAsync($"{Query(since, epoch)}", cancellation);
            _cursor = (bool)_page["reset"]! ? (long)_page["head"]! : since ?? 0;
            return _page;
        }

        public override async IAsyncEnumerable<JsonNode> EventsAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            while (true)
            {
                foreach (var stored in _page["events"]!.AsArray())
                {
                    _cursor = (long)stored![CursorField]!;
                    yield return stored;
                }

                _page = await GetAsync($"{Query(_cursor, (string?)_page["epoch"])}&wait={wait}", cancellation);
                if ((bool)_page["reset"]!)
                {
                    yield break;
                }
            }
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<JsonNode> GetAsync(string query, CancellationToken cancellation) =>
            JsonNode.Parse(await http.GetStringAsync($"/api/{Stream}/events?{query}", cancellation))!;
    }
}
