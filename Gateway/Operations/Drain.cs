using Gateway.Broker;

namespace Gateway.Operations;

/// <summary>
/// The stop, a ladder: not ready any more, clients asked to leave, what they handed in finished; then the listeners close, and the writer
/// ends last, with everything that was acknowledged on disk.
/// </summary>
internal sealed class Drain(MqttBroker broker, Demonstration demonstration, Health health, ILogger<Drain> log) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        health.Serving(true);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        OperationsLog.Stopping(log);
        health.Serving(false);
        await demonstration.StopAsync();
        await broker.StopAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        OperationsLog.Stopped(log);
        return Task.CompletedTask;
    }
}
