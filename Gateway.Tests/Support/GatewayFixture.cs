using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.Tests.Support;

/// <summary>The service as people run it: its own process, loopback, ports that the system chose, a data folder that outlives a kill.</summary>
internal sealed partial class GatewayFixture : IAsyncDisposable
{
    public const string AdminToken = "test-admin-token-of-32-characters";

    private const int SigTerm = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly AsyncLocal<string?> Settings = new();

    private readonly string[] _arguments;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Match> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayFixture(string data, string[] arguments, params IEnumerable<string> places)
    {
        Data = data;
        _arguments = arguments;
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(data),
        };

        // It lives for a second: what the compiler would learn of it comes too late.
        start.Environment["DOTNET_TieredPGO"] = "0";
        if (OpenSslSettings is { } settings)
        {
            start.Environment["OPENSSL_CONF"] = settings;
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Gateway.dll"));
        foreach (var argument in places.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"the service ended: {Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The file by which OpenSSL is set for those that are started from here on in this test; null: the system's own.</summary>
    public static string? OpenSslSettings
    {
        get => Settings.Value;
        set => Settings.Value = value;
    }

    public string Data { get; }

    public int MqttPort { get; private set; }

    public int HttpPort { get; private set; }

    /// <summary>0 without a certificate.</summary>
    public int MqttsPort { get; private set; }

    /// <summary>0 without a certificate.</summary>
    public int HttpsPort { get; private set; }

    public Uri Page => new($"http://127.0.0.1:{HttpPort}/");

    public int Id => _process.Id;

    /// <summary>Bears the admin token unless the service is anonymous.</summary>
    public HttpClient Http { get; private set; } = new();

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>On loopback, where nobody has to say who they are.</summary>
    public static Task<GatewayFixture> StartAnonymousAsync(string data, params string[] arguments) =>
        StartAsync(data, ["--Access:Anonymous", "true", .. arguments]);

    public static Task<GatewayFixture> StartAsync(string data, params string[] arguments) =>
        StartAsync(data, arguments, ["--Mqtt:Port", "0", "--Http:Port", "0", "--Mqtt:TlsPort", "0", "--Http:TlsPort", "0"]);

    /// <summary>For starts that are meant to fail: everything it said and its exit code.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(string data, params string[] arguments)
    {
        await using var service = new GatewayFixture(data, arguments);
        await service._process.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        return (service._process.ExitCode, service.Output);
    }

    /// <summary>The same ports, data and arguments again, as after a power cut or an update.</summary>
    public Task<GatewayFixture> StartAgainAsync() => StartAsync(Data, _arguments, ["--Mqtt:Port", $"{MqttPort}", "--Http:Port", $"{HttpPort}"]);

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> TerminateAsync()
    {
        Assert.That(SendSignal(_process.Id, SigTerm), Is.Zero);
        await _process.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        return _process.ExitCode;
    }

    public async Task<JsonNode> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonNode>(path))!;

    public async Task<JsonNode> PostAsync(string path, object body, HttpStatusCode expected = HttpStatusCode.Created)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return JsonNode.Parse(text)!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    // What is asked for stands last, where it counts.
    private static async Task<GatewayFixture> StartAsync(string data, string[] arguments, string[] ports)
    {
        var service = new GatewayFixture(data, arguments, ["--Data:Path", data, "--Mqtt:Address", "127.0.0.1", "--Http:Address", "127.0.0.1", .. ports]);
        try
        {
            await service.ReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);

    [GeneratedRegex(
        @"^listening( mqtt=127\.0\.0\.1:(?<mqtt>\d+))?( http=127\.0\.0\.1:(?<http>\d+))?" +
        @"( mqtts=127\.0\.0\.1:(?<mqtts>\d+))?( https=127\.0\.0\.1:(?<https>\d+))?$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex ListeningLine();

    private void Heard(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (ListeningLine().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(match);
        }
    }

    private async Task ReadyAsync()
    {
        var ports = await _listening.Task.WaitAsync(Patience);
        (MqttPort, HttpPort, MqttsPort, HttpsPort) = (Port("mqtt"), Port("http"), Port("mqtts"), Port("https"));
        Http.BaseAddress = Page;
        Http.DefaultRequestHeaders.Authorization = new("Bearer", AdminToken);

        int Port(string name) => ports.Groups[name] is { Success: true } found ? int.Parse(found.Value) : 0;
    }
}
