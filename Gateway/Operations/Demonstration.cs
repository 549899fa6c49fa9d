using Gateway.Access;
using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Simulation;
using Gateway.Storage;

namespace Gateway.Operations;

/// <summary>
/// The simulated scanners of this service: registered like any other, with secrets that nobody else ever sees, and let loose once the port is known.
/// </summary>
internal sealed class Demonstration(SimulatedFleet fleet, IJournal journal, DeviceSecrets secrets, Listeners listeners, DataOptions data)
{
    public async Task StartAsync()
    {
        if (fleet.Devices.Count == 0)
        {
            return;
        }

        var credentials = new List<(string Device, string Secret)>();
        foreach (var device in fleet.Devices)
        {
            var secret = Secret.Make();
            var (changed, isNew) = await journal.WriteAsync(transaction =>
            {
                var isNew = Devices.Find(transaction, device) is null;
                if (isNew)
                {
                    Devices.Register(transaction, device, Devices.DefaultSite, "simulated");
                }

                return (DeviceSecrets.Issue(transaction, device, secret), isNew);
            });
            secrets.Changed(changed);
            if (isNew)
            {
                SimulatedFleet.Forget(data.Folder, device);
            }

            credentials.Add((device, secret));
        }

        fleet.Start(listeners.MqttLocal, credentials, data.Folder);
    }

    public Task StopAsync() => fleet.Devices.Count == 0 ? Task.CompletedTask : fleet.StopAsync();
}
