using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Simulation;

/// <summary>A page that follows one enrollment to its end, over as many connections as that takes, and notes whatever should not be.</summary>
internal sealed class SimulatedKiosk(GatewayApi api, Faults faults, Random random, TimeProvider time, LoadReport report)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    public async Task<KioskView> WatchAsync(string enrollment, CancellationToken stop)
    {
        var view = new KioskView(enrollment);
        while (view.End is null)
        {
            try
            {
                await FollowAsync(view, stop);
            }
            catch (Exception lost) when (IsLoss(lost) && !stop.IsCancellationRequested)
            {
                report.PageLost();
                await Task.Delay(TimeSpan.FromMilliseconds(20 + (180 * random.NextDouble())), time, stop);
            }
        }

        return view;
    }

    private static bool IsLoss(Exception lost) =>
        lost is WebSocketException or HttpRequestException or IOException or OperationCanceledException or InvalidOperationException;

    private async Task FollowAsync(KioskView view, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var socket = new ClientWebSocket();
        using var timer = time.CreateTimer(_ => patience.Cancel(), null, Silence, Timeout.InfiniteTimeSpan);
        await socket.ConnectAsync(await api.PageAsync(patience.Token), patience.Token);
        var channel = $"enrollments/{view.Enrollment}";
        await SendAsync(socket, new { op = "subscribe", id = 1, channel, since = view.Seq, epoch = view.Epoch }, patience.Token);
        while (view.End is null)
        {
            var frame = await ReadAsync(socket, patience.Token);
            timer.Change(Silence, Timeout.InfiniteTimeSpan);
            if (view.Take(frame) is { } received)
            {
                report.Shown(time.GetUtcNow() - received);
            }

            if (random.NextDouble() < faults.Leave)
            {
                throw new WebSocketException("the page was closed, as asked for");
            }
        }

        await SendAsync(socket, new { op = "ack", channel, seq = view.Seq }, patience.Token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }

    private static Task SendAsync(ClientWebSocket socket, object frame, CancellationToken cancellation) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    private static async Task<JsonNode> ReadAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var text = new ArraySegment<byte>(new byte[16 * 1024]);
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(text[length..], cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException($"closed with {(int?)socket.CloseStatus}");
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(Encoding.UTF8.GetString(text[..length]))!;
            }
        }
    }
}

/// <summary>What a page has been told of an enrollment; every rule that was broken, in words.</summary>
internal sealed class KioskView(string enrollment)
{
    private readonly List<string> _wrongs = [];
    private long _liveAfter;

    public string Enrollment => enrollment;

    public long Seq { get; private set; }

    public string? Epoch { get; private set; }

    public int Captured { get; private set; }

    /// <summary>The type of the last event.</summary>
    public string? End { get; private set; }

    public IReadOnlyList<string> Wrongs => _wrongs;

    public int Lost { get; private set; }

    public int Doubled { get; private set; }

    public int Reordered { get; private set; }

    /// <summary>When the service received what has just arrived live; else null.</summary>
    public DateTimeOffset? Take(JsonNode frame)
    {
        switch ((string?)frame["op"])
        {
            case "subscribed":
                (Epoch, _liveAfter) = ((string?)frame["epoch"], (long)frame["seq"]!);
                if ((bool?)frame["reset"] == true)
                {
                    _wrongs.Add($"reset at {Seq}");
                }

                return null;
            case "event":
                return Show(frame);
            case "error":
                _wrongs.Add($"error: {(string?)frame["message"]}");
                End = "error";
                return null;
            default:
                return null;
        }
    }

    private DateTimeOffset? Show(JsonNode happened)
    {
        var (seq, type) = ((long)happened["seq"]!, (string)happened["type"]!);
        if (seq <= Seq)
        {
            Doubled++;
            _wrongs.Add($"doubled: {seq} after {Seq}");
        }
        else if (seq > Seq + 1)
        {
            Lost += (int)(seq - Seq - 1);
            _wrongs.Add($"missed: {seq} after {Seq}");
        }

        if (End is not null)
        {
            _wrongs.Add($"{type} after {End}");
        }

        if (type == "progress")
        {
            var step = (int)happened["data"]!["step"]!;
            if (step != Captured + 1)
            {
                Reordered++;
                _wrongs.Add($"out of order: step {step} after {Captured}");
            }

            Captured = step;
        }

        Seq = seq;
        End = type is "succeeded" or "failed" or "cancelled" or "expired" ? type : null;
        return seq > _liveAfter && (string?)happened["data"]?["source"]?["received"] is { } received ? DateTimeOffset.Parse(received) : null;
    }
}
