using Gateway.Broker;
using Gateway.Modules.Devices;
using Gateway.Tests.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Modules;

/// <summary>What is to be published comes out, in order, however long the disk takes nothing.</summary>
public sealed class CommandPostTests
{
    private readonly ManualTime _time = new();
    private MemoryStore _store = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _journal = null!;
    private MqttBroker _broker = null!;

    [SetUp]
    public void StartBroker()
    {
        (_store, _folder) = (new(), new());
        _journal = SomeJournal.Open(_folder, _time);
        _broker = new(new(), new(), new OpenDoor(), _store, _time, NullLogger<MqttBroker>.Instance);
        _broker.Start(new DirectGate(_store));
    }

    [TearDown]
    public async Task StopBroker()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _broker.StopAsync(patience.Token);
        _broker.Dispose();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Topics_WhoseClearingFails_AreClearedOnceTheDiskTakesItAgain_AndInOrder()
    {
        await using var post = new CommandPost(_broker, _journal.Journal, _time, NullLogger<CommandPost>.Instance);
        post.Retain("enrollments/1/state", [1]);
        await Eventually.HoldsAsync(() => _store.Retained.ContainsKey("enrollments/1/state"), "it is retained");

        _store.Hold();
        var isCleared = false;
        post.Clear(["enrollments/1/state"], () => isCleared = true);
        post.Retain("enrollments/2/state", [2]);
        await Eventually.HoldsAsync(() => _store.Held == 1, "the first is under way");
        _store.Failure = new IOException("the disk is full");
        _store.Commit();
        _store.Failure = null;
        await Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _store.Retained.ContainsKey("enrollments/2/state");
            },
            "what came after it is out too");

        Assert.That((isCleared, _store.Retained.ContainsKey("enrollments/1/state")), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Stop_WhileTheDiskTakesNothing_DoesNotWait()
    {
        _store.Failure = new IOException("the disk is full");
        var post = new CommandPost(_broker, _journal.Journal, _time, NullLogger<CommandPost>.Instance);
        post.Retain("enrollments/1/state", [1]);
        post.Retain("enrollments/2/state", [2]);

        await post.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
