using System.Net;
using Gateway.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.EndToEnd;

/// <summary>Everything goes wrong at once, over real sockets: nothing may be missed, doubled or out of order.</summary>
public sealed class FaultTests
{
    private const int Enrollments = 1_000;
    private const int Kills = 4;

    [Test]
    [Category("Slow")]
    public async Task ThousandEnrollments_UnderEveryFault_AllEndRight()
    {
        // E12: success "over 90 %" was the goal.
        using var folder = new SomeFolder();
        var service = await GatewayFixture.StartAnonymousAsync(folder.Path);
        try
        {
            var options = new LoadOptions(service.Page, new IPEndPoint(IPAddress.Loopback, service.MqttPort), Token: null)
            {
                Scanners = 50,
                Rate = 0,
                Enrollments = Enrollments,
                Pace = TimeSpan.FromMilliseconds(20),
                Faults = Faults.All,
                Seed = 1,
            };
            var load = new EnrollmentLoad(options, TimeProvider.System, NullLogger.Instance);
            var running = load.RunAsync(CancellationToken.None);
            for (var kill = 1; kill <= Kills; kill++)
            {
                await WaitForAsync(running, () => load.Report.Ended >= kill * Enrollments / (Kills + 1));
                await service.KillAsync();
                var again = await service.StartAgainAsync();
                await service.DisposeAsync();
                service = again;
            }

            await running;

            TestContext.Out.WriteLine(load.Report.Line(TimeSpan.Zero));
            Assert.That(load.Report.Wrongs, Is.Empty);
            Assert.That(load.Report.Right, Is.EqualTo(Enrollments));
            Assert.That((await service.GetAsync("api/enrollments?state=succeeded&limit=1000"))["items"]!.AsArray(), Has.Count.EqualTo(Enrollments));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    // The run may take a minute and more where others work beside it; when it fails, that shows at once.
    private static async Task WaitForAsync(Task running, Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition() && !running.IsCompleted)
        {
            await timer.WaitForNextTickAsync();
        }
    }
}
