using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Support;

/// <summary>An application that takes webhooks: a real HTTP listener on a port that the system chose; the test says how each request is answered.</summary>
internal sealed class ManualReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly List<Received> _received = [];

    public ManualReceiver(int port = 0)
    {
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = RunAsync();
    }

    /// <summary>Stays known when it listens no more.</summary>
    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}/hook";

    /// <summary>The status for each request; 204 unless the test says otherwise.</summary>
    public Func<Received, int> Answer { get; set; } = static _ => 204;

    public IReadOnlyList<Received> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _received];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client.GetStream());
            }
            catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
            {
                await TestContext.Out.WriteLineAsync($"receiver: {ended.Message}");
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var requestLine = await LineAsync(stream);
        while (await LineAsync(stream) is { Length: > 0 } line)
        {
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        }

        var body = new byte[int.Parse(headers["Content-Length"])];
        await stream.ReadExactlyAsync(body, _stop.Token);
        var received = new Received(requestLine, headers, Encoding.UTF8.GetString(body));
        int status;
        lock (_lock)
        {
            _received.Add(received);
            status = Answer(received);
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _stop.Token);
    }

    private async Task<string> LineAsync(NetworkStream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd('\r');
    }

    internal sealed record Received(string RequestLine, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public string Id => Headers["webhook-id"];

        public JsonNode Json => JsonNode.Parse(Body)!;

        public string Type => (string)Json["type"]!;
    }
}
