using System.Collections.Concurrent;

namespace Gateway.Modules.Devices;

/// <summary>What a heartbeat tells besides news: when it was here, and how strong the signal was. In memory only, as the next one is never far.</summary>
internal sealed class DeviceFigures
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset Seen, int? Rssi)> _last = new();

    public void Heard(string device, DateTimeOffset seen, int? rssi) =>
        _last.AddOrUpdate(device, (seen, rssi), (_, before) => (seen, rssi ?? before.Rssi));

    public void Forget(string device) => _last.TryRemove(device, out _);

    public DeviceState On(DeviceState state) =>
        _last.TryGetValue(state.Id, out var last) ? state with { Seen = last.Seen, Rssi = last.Rssi } : state;
}
