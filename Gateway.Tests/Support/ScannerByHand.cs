using System.Text.Json;

namespace Gateway.Tests.Support;

/// <summary>A scanner whose messages the test writes itself, each published by mosquitto_pub, retained and with QoS 1 as the contract says.</summary>
internal sealed class ScannerByHand(Func<int> port, string device, params string[] credentials)
{
    private int _counter;

    public string Device => device;

    public string NextId() => $"7-{++_counter}";

    public Task<string> StatusAsync(string state = "online", string sensor = "ok", int stored = 0) =>
        SendAsync($"scanners/{device}/status", new { id = NextId(), state, sensor, capacity = 200, stored });

    public Task<string> ScanAsync(string enrollment, int step, string? id = null, string status = "progress", int slot = 0, int of = 3) =>
        SendAsync($"scanners/{device}/enrollments/{enrollment}/scans/{step}", new { id = id ?? NextId(), status, step, of, slot, uptime = 1000 });

    public Task<string> ResultAsync(string enrollment, string status = "success", int slot = 0, string? id = null) =>
        SendAsync($"scanners/{device}/enrollments/{enrollment}/result", new { id = id ?? NextId(), status, slot, uptime = 1000 });

    public Task<string> IdentifyAsync(int slot) => SendAsync($"scanners/{device}/identifications", new { id = NextId(), slot, uptime = 1000 });

    public Task<string> AnswerAsync(string command, bool ok = true) =>
        SendAsync($"scanners/{device}/acks", new { id = NextId(), command, ok, uptime = 1000 });

    private Task<string> SendAsync(string topic, object payload) =>
        Mosquitto.PublishAsync(port(), topic, JsonSerializer.Serialize(payload), ["-r", "-d", "-V", "mqttv5", .. credentials]);
}
