using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Gateway.Bench;

/// <summary>Debian's mosquitto; pages are MQTT over WebSocket, QoS 0, the cheapest that it has.</summary>
internal sealed class MosquittoPeer : Peer
{
    private readonly bool saving;

    /// <param name="saving">Writes its database after every change: the most durable that mosquitto can be told to be, though not before the PUBACK.</param>
    public MosquittoPeer(string name, string folder, bool saving)
        : base(name, folder) => this.saving = saving;

    public override async Task<StreamTarget> PrepareAsync(int index, string stream, FrameHandler frame)
    {
        var publisher = await MqttClient.ConnectAsync(new TcpWire(await Wire.ConnectAsync(MqttPort)), Payloads.Device(index));
        var id = Guid.CreateVersion7();
        var topic = stream == "jobs" ? $"jobs/{id}/events" : Payloads.ScanTopic(index, id.ToString());
        var target = stream == "jobs"
            ? new StreamTarget(index, publisher, topic, topic, Retained: false, Payloads.JobProgress)
            : new StreamTarget(index, publisher, topic, topic, Retained: true, n => Payloads.Scan(n, slot: 0));
        target.Page = await OpenPageAsync(target, frame);
        return target;
    }

    public override async Task<IAsyncDisposable> OpenPageAsync(StreamTarget target, FrameHandler frame)
    {
        var wire = await WebSocketWire.OpenAsync(PagePort, "/mqtt", "mqtt", WebSocketMessageType.Binary);
        var page = await MqttClient.ConnectAsync(wire, $"page-{target.Index}");
        page.Message = (_, payload) => frame(target.Index, payload);
        await page.SubscribeAsync(target.Channel, 0);
        return page;
    }

    public override Task<string> NewJobAsync(int index) => Task.FromResult(Guid.CreateVersion7().ToString());

    public override PageLink NewPage(string job, int index) => new MqttPageLink(PagePort, new MqttPlan($"page-{job}-{index}", $"jobs/{job}/events"));

    protected override ProcessStartInfo StartInfo()
    {
        (MqttPort, PagePort) = (FreePort(), FreePort());
        var configuration = Path.Combine(Folder, "mosquitto.conf");
        File.WriteAllLines(configuration, [
            $"listener {MqttPort} 127.0.0.1",
            $"listener {PagePort} 127.0.0.1",
            "protocol websockets",
            "allow_anonymous true",
            $"user {Environment.UserName}",
            "set_tcp_nodelay true",
            "max_inflight_messages 0",
            "max_queued_messages 0",
            "persistence true",
            $"persistence_location {Folder}/",
            saving ? "autosave_on_changes true\nautosave_interval 1" : "autosave_interval 1800",
            "log_dest stderr",
            "log_type error",
        ]);
        return new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", configuration]) { UseShellExecute = false, RedirectStandardError = true };
    }

    protected override async Task UntilReadyAsync(Process started, CancellationToken cancellation)
    {
        while (!started.HasExited)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                (await Wire.ConnectAsync(PagePort)).Dispose();
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(2, cancellation);
            }
        }
        throw Died();
    }
}
