using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.Bench;

/// <summary>Our service, as it is built and started for use; pages are WebSockets on the channels of the contract.</summary>
internal sealed partial class GatewayPeer(string name, string folder, string program) : Peer(name, folder)
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private int statuses;

    public override async Task<StreamTarget> PrepareAsync(int index, string stream, FrameHandler frame) =>
        stream == "jobs" ? await PrepareJobAsync(index, frame) : await PrepareEnrollmentAsync(index, frame);

    public override async Task<IAsyncDisposable> OpenPageAsync(StreamTarget target, FrameHandler frame)
    {
        var page = await GatewayPage.OpenAsync(PagePort, bytes => frame(target.Index, bytes));
        await page.SubscribeAsync(target.Channel);
        return page;
    }

    public override async Task<string> NewJobAsync(int index) =>
        (await PostAsync("/api/jobs", new { name = $"bench {index}", total = 100_000_000 }))["id"]!.GetValue<string>();

    public override PageLink NewPage(string job, int index) => new ChannelLink(PagePort, $"jobs/{job}");

    /// <summary>POST to the command at the scanner as the kiosk does it: the page subscribes on an open socket as soon as it knows the enrollment.</summary>
    public async Task<Times> MeasurePostsAsync(int posts, CancellationToken cancellation)
    {
        const int warmUp = 20;
        var times = new Times();
        const string device = "bench-post";
        await using var scanner = await ConnectScannerAsync(device);
        await using var page = await GatewayPage.OpenAsync(PagePort, _ => { });
        var commands = new CommandInbox(scanner);
        for (var round = -warmUp; round < posts; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var arrived = commands.NextEnroll();
            var started = Stopwatch.GetTimestamp();
            var enrollment = await PostAsync("/api/enrollments", new { device, person = "bench", scans = 3 });
            var channel = enrollment["channel"]!.GetValue<string>();
            page.Subscribe(channel);
            var command = await arrived.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
            if (round >= 0)
            {
                times.Add(command.At - started);
            }
            Answer(scanner, device, command.Id);
            using var cancelled = await http.DeleteAsync(Url($"/api/{channel}"), cancellation);
            cancelled.EnsureSuccessStatusCode();
            page.Unsubscribe(channel);
        }
        return times;
    }

    protected override ProcessStartInfo StartInfo() => new(program, [
        "--Access:Anonymous", "true",
        "--Mqtt:Address", "127.0.0.1", "--Mqtt:Port", $"{MqttPort}",
        "--Http:Address", "127.0.0.1", "--Http:Port", $"{PagePort}",
        "--Data:Path", Path.Combine(Folder, "data"),
        "--Enrollment:LeaseSeconds", "3600",
        "--Mqtt:MaxQueuedMessages", "10000000",
        "--Mqtt:MaxQueuedBytes", "10000000000"])
    {
        WorkingDirectory = Path.GetDirectoryName(program)!,
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    protected override async Task UntilReadyAsync(Process started, CancellationToken cancellation)
    {
        while (await started.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (Listening().Match(line) is { Success: true } ports)
            {
                (MqttPort, PagePort) = (int.Parse(ports.Groups["mqtt"].Value), int.Parse(ports.Groups["http"].Value));
                Drain(started.StandardOutput, "stdout.log");
                await UntilReadyAnswersAsync(cancellation);
                return;
            }
        }
        throw Died();
    }

    private async Task UntilReadyAnswersAsync(CancellationToken cancellation)
    {
        while (true)
        {
            using var answer = await http.GetAsync(Url("/readyz"), cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return;
            }
            await Task.Delay(5, cancellation);
        }
    }

    private async Task<StreamTarget> PrepareEnrollmentAsync(int index, FrameHandler frame)
    {
        var device = Payloads.Device(index);
        var scanner = await ConnectScannerAsync(device);
        var arrived = new CommandInbox(scanner).NextEnroll();
        var enrollment = await PostAsync("/api/enrollments", new { device, person = $"bench {index}", scans = 10 });
        var slot = enrollment["slot"]!.GetValue<int>();
        var id = enrollment["id"]!.GetValue<string>();
        var channel = enrollment["channel"]!.GetValue<string>();
        var target = new StreamTarget(index, scanner, Payloads.ScanTopic(index, id), channel, Retained: true, n => Payloads.Scan(n, slot));
        target.Page = await OpenPageAsync(target, frame);
        var command = await arrived.WaitAsync(TimeSpan.FromSeconds(10));
        Answer(scanner, device, command.Id);
        return target;
    }

    private async Task<StreamTarget> PrepareJobAsync(int index, FrameHandler frame)
    {
        var publisher = await MqttClient.ConnectAsync(new TcpWire(await Wire.ConnectAsync(MqttPort)), $"service-{index}");
        var id = await NewJobAsync(index);
        var target = new StreamTarget(index, publisher, $"jobs/{id}/events", $"jobs/{id}", Retained: false, Payloads.JobProgress);
        target.Page = await OpenPageAsync(target, frame);
        return target;
    }

    private async Task<MqttClient> ConnectScannerAsync(string device)
    {
        var scanner = await MqttClient.ConnectAsync(new TcpWire(await Wire.ConnectAsync(MqttPort)), device);
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scanner.Acknowledged = _ => acknowledged.TrySetResult();
        scanner.Send(MqttClient.Publish($"scanners/{device}/status", 1, retain: true, JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = $"8-{++statuses}",
            state = "online",
            firmware = "bench",
            sensor = "ok",
            capacity = 1000,
            stored = 0,
            uptime = 1000,
        })));
        await acknowledged.Task.WaitAsync(TimeSpan.FromSeconds(10));
        scanner.Acknowledged = null;
        await scanner.SubscribeAsync($"scanners/{device}/commands", 1);
        return scanner;
    }

    private void Answer(MqttClient scanner, string device, string command) => scanner.Send(MqttClient.Publish(
        $"scanners/{device}/acks", 2, retain: false, JsonSerializer.SerializeToUtf8Bytes(new { id = $"9-{++statuses}", command, ok = true, uptime = 2000 })));

    private async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(Url(path), body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.Created ? JsonNode.Parse(text)! : throw new IOException($"POST {path}: {(int)answer.StatusCode} {text}");
    }

    private Uri Url(string path) => new($"http://127.0.0.1:{PagePort}{path}");

    [GeneratedRegex(@"^listening mqtt=127\.0\.0\.1:(?<mqtt>\d+).* http=127\.0\.0\.1:(?<http>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}

/// <summary>The commands that reach one scanner, with the moment of their arrival.</summary>
internal sealed class CommandInbox
{
    private TaskCompletionSource<(long At, string Id)> next = New();

    public CommandInbox(MqttClient scanner) => scanner.Message = Take;

    public Task<(long At, string Id)> NextEnroll()
    {
        next = New();
        return next.Task;
    }

    private static TaskCompletionSource<(long At, string Id)> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Take(string topic, ReadOnlySpan<byte> payload)
    {
        var at = Stopwatch.GetTimestamp();
        var command = JsonNode.Parse(payload)!;
        if (command["do"]!.GetValue<string>() == "enroll")
        {
            next.TrySetResult((at, command["id"]!.GetValue<string>()));
        }
    }
}
