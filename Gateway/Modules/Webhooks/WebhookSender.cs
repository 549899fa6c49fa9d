using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Modules.Webhooks;

/// <summary>Makes one attempt: no redirects, no proxy, no cookies, and no connection to where deliveries never go, whatever a name resolves to.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly HttpClient _http;
    private readonly WebhooksOptions _options;
    private readonly TimeProvider _time;

    public WebhookSender(WebhooksOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
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
            return new(null, failure.InnerException?.Message ?? failure.Message, Took(began), null);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = Array.FindAll(addresses, address => !WebhookRules.IsRefused(address));
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{context.DnsEndPoint.Host} is at no address that deliveries go to");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
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
internal sealed record Attempt(int? Status, string? Error, int Milliseconds, TimeSpan? RetryAfter);
