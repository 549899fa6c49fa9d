using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using Gateway.Contract;

namespace Gateway.Simulation;

/// <summary>What an application asks of a gateway over HTTP, again until it is answered: the service may be down, the scanner away or busy.</summary>
internal sealed class GatewayApi : IDisposable
{
    // By which a later run knows that a scanner is one of its kind.
    private const string Location = "simulated";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private readonly string? _token;
    private readonly TimeProvider _time;
    private readonly Action<string?> _wait;

    /// <param name="url">Where the gateway is.</param>
    /// <param name="token">Who asks; null where nobody has to say so.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wait">Told why something has to be asked again, and null when it has been granted.</param>
    public GatewayApi(Uri url, string? token, TimeProvider time, Action<string?> wait)
    {
        _wait = wait;
        _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(15) };
        _token = token;
        _time = time;
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Makes the device known, or takes it over; gives its secret, and the slots that an earlier run left fingers in.</summary>
    public async Task<(string Secret, IReadOnlyList<int> Slots)> RegisterAsync(string device, CancellationToken stop)
    {
        var made = await PostAsync("api/devices", new { id = device, location = Location }, key: null, isFinal: static code => code == "exists", stop);
        if (made is not null)
        {
            return ((string)made["secret"]!, []);
        }

        if (await TryAsync(HttpMethod.Get, $"api/devices/{device}", body: null, key: null, stop) is (HttpStatusCode.OK, { } known)
            && (string?)known["state"]?["location"] != Location)
        {
            throw new SettingException("--scanners", $"the service has a scanner {device} of its own, which a load must not take over.");
        }

        var answer = await PostAsync($"api/devices/{device}/secret", new { }, key: null, isFinal: null, stop);
        return ((string)answer!["secret"]!, await SlotsAsync(device, stop));
    }

    /// <summary>Gives the enrollment. The key makes the repeat of a request that was answered into a broken connection harmless.</summary>
    public async Task<(string Id, int Slot)> EnrollAsync(string device, string person, CancellationToken stop)
    {
        var made = await PostAsync("api/enrollments", new { device, person }, Guid.CreateVersion7(_time.GetUtcNow()).ToString(), isFinal: null, stop);
        return ((string)made!["id"]!, (int)made["slot"]!);
    }

    /// <summary>Done when the scanner has answered, and the slot is free.</summary>
    public async Task DeleteFingerAsync(string device, int slot, CancellationToken stop)
    {
        await PostAsync($"api/devices/{device}/commands", new { @do = "delete", slot }, Guid.CreateVersion7(_time.GetUtcNow()).ToString(), isFinal: null, stop);
        while ((await SlotsAsync(device, stop)).Contains(slot))
        {
            await Task.Delay(Pause, _time, stop);
        }
    }

    /// <summary>Until it is gone, whoever was first.</summary>
    /// <exception cref="SettingException">It is refused.</exception>
    public async Task DeleteAsync(string path, CancellationToken stop)
    {
        while (true)
        {
            if (await TryAsync(HttpMethod.Delete, path, body: null, key: null, stop) is var (status, _)
                && status != HttpStatusCode.TooManyRequests && (int)status < 500)
            {
                if ((int)status < 300 || status == HttpStatusCode.NotFound)
                {
                    return;
                }

                throw new SettingException("--token", $"DELETE {path} was refused with {(int)status}");
            }

            await Task.Delay(Pause, _time, stop);
        }
    }

    /// <summary>Where a page connects, with a ticket unless nobody has to say who they are.</summary>
    public async Task<Uri> PageAsync(CancellationToken stop)
    {
        var query = "";
        if (_token is not null)
        {
            using var answer = await _http.PostAsJsonAsync("api/tickets", new { }, stop);
            answer.EnsureSuccessStatusCode();
            query = $"?ticket={(string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(stop))!["ticket"]}";
        }

        return new UriBuilder(new Uri(_http.BaseAddress!, $"ws{query}")) { Scheme = _http.BaseAddress!.Scheme == "https" ? "wss" : "ws" }.Uri;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The slots that have a finger.</summary>
    private async Task<IReadOnlyList<int>> SlotsAsync(string device, CancellationToken stop)
    {
        while (true)
        {
            if (await TryAsync(HttpMethod.Get, $"api/devices/{device}/slots", body: null, key: null, stop) is (HttpStatusCode.OK, { } answer))
            {
                return [.. answer["items"]!.AsArray().Where(static item => item!["at"] is not null).Select(static item => (int)item!["slot"]!)];
            }

            await Task.Delay(Pause, _time, stop);
        }
    }

    /// <summary>Null when it was refused with a code that is an answer.</summary>
    /// <exception cref="SettingException">It will never be granted.</exception>
    private async Task<JsonNode?> PostAsync(string path, object body, string? key, Func<string, bool>? isFinal, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (await TryAsync(HttpMethod.Post, path, body, key, stop) is var (status, answer))
            {
                if ((int)status < 300)
                {
                    _wait(null);
                    return answer;
                }

                var code = (string?)answer?["code"] ?? "";
                if (isFinal?.Invoke(code) == true)
                {
                    return null;
                }

                if (status is not (HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests) && (int)status < 500)
                {
                    throw new SettingException($"--url, --token", $"{path} was refused with {(int)status}: {(string?)answer?["detail"] ?? code}");
                }

                _wait(code is "" ? $"{(int)status}" : code);
            }
            else
            {
                _wait($"{_http.BaseAddress} does not answer");
            }

            await Task.Delay(Pause, _time, stop);
        }
    }

    /// <summary>Null: there was no answer.</summary>
    /// <exception cref="SettingException">Its certificate is none that is trusted here.</exception>
    private async Task<(HttpStatusCode Status, JsonNode? Answer)?> TryAsync(HttpMethod method, string path, object? body, string? key, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using var response = await _http.SendAsync(request, stop);
            var text = await response.Content.ReadAsStringAsync(stop);
            return (response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
        }
        catch (HttpRequestException refused) when (refused.InnerException is AuthenticationException reason)
        {
            throw new SettingException(
                "--url",
                $"no secure connection to {_http.BaseAddress}: {reason.Message} An authority of your own is trusted where SSL_CERT_FILE names its file.");
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }
}
