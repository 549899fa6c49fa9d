using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Modules.Webhooks;

/// <summary>Makes one attempt: no redirects, no proxy, no cookies, and no connection to where deliveries never go, whatever a name resolves to.</summary>
internal sealed class WebhookSender : IDisposable
{
    // In KiB.
    private const int LargestHead = 16;

    private readonly HttpClient _http;
    private readonly WebhooksOptions _options;
    private readonly WebhookReach _reach;
    private readonly TimeProvider _time;

    public WebhookSender(WebhooksOptions options, WebhookReach reach, TimeProvider time)
    {
        _options = options;
        _reach = reach;
        _time = time;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // What is answered is of no interest beyond its status.
            MaxResponseHeadersLength = LargestHead,
            MaxResponseDrainSize = 0,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<Attempt> SendAsync(Webhook webhook, string secret, Delivery delivery, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        using var patience = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var request = Request(webhook, secret, delivery);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var retryAfter = response.Headers.RetryAfter?.Delta;
            var error = response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
            return new((int)response.StatusCode, error, Took(began), retryAfter);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, $"no answer within {_options.TimeoutSeconds} s", Took(began), null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            return new(null, Words(failure), Took(began), null);
        }
    }

    /// <summary>Where a name is; the system's own answer unless a test gives another.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public void Dispose() => _http.Dispose();

    // Never what the other side said: that would make a reader of whatever listens there.
    private static string Words(Exception failure) => failure switch
    {
        HttpRequestException { InnerException: UnreachableReceiverException refused } => refused.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            "what answered is no web server",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or IOException => "the connection ended without an answer",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } tls } => tls.Message,
        HttpRequestException { InnerException: SocketException socket } => socket.Message,
        SocketException socket => socket.Message,
        HttpRequestException { HttpRequestError: var error } => $"no connection: {error}",
        _ => "no connection",
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Resolve(host, cancellation);

        // Those that are judged here are those that are connected to: a name has no second chance to lead elsewhere.
        var allowed = Array.FindAll(addresses, address => _reach.Fault(address, port) is null);
        if (allowed.Length == 0)
        {
            throw new UnreachableReceiverException(addresses.Select(address => _reach.Fault(address, port)).FirstOrDefault() ?? $"{host} has no address");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpRequestMessage Request(Webhook webhook, string secret, Delivery delivery)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("User-Agent", "Gateway");
        request.Headers.Add("webhook-id", delivery.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookRules.Sign(secret, delivery.Id, timestamp, delivery.Body));
        return request;
    }

    private int Took(long began) => (int)_time.GetElapsedTime(began).TotalMilliseconds;
}

/// <param name="Status">What was answered; null when nothing was, or nobody is there.</param>
/// <param name="Error">Null when it was taken.</param>
/// <param name="IsFinal">It is not tried again.</param>
internal sealed record Attempt(int? Status, string? Error, int Milliseconds, TimeSpan? RetryAfter, bool IsFinal = false);

/// <summary>The receiver is nowhere that deliveries go to.</summary>
internal sealed class UnreachableReceiverException(string message) : IOException(message);
