using Gateway.Channels;
using Gateway.Journal;
using Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Journal.Histories;

/// <summary>
/// One random history of the kernel, drawn from a seed: publishers that repeat what was not acknowledged, pages that come and go, history that becomes
/// shorter, a disk that fails and a machine that crashes, all on one thread and a clock that only moves here. In the end everybody must have what is
/// theirs, once and in order.
/// </summary>
internal sealed class KernelHistory : IDisposable
{
    private const int Steps = 150;
    private const int MostSteps = 20_000;

    private readonly Random _random;
    private readonly bool _isLying;
    private readonly ManualTime _time = new();
    private readonly StepContext _context = new();
    private readonly StoreMeters _storeMeters = new();
    private readonly ChannelMeters _channelMeters = new();
    private readonly List<HistoryPublisher> _publishers = [];
    private readonly List<HistoryPage> _pages = [];
    private readonly List<string> _told = [];
    private SimulatedDisk _disk = null!;
    private StoreWriter _writer = null!;
    private Subscriptions _subscriptions = null!;

    /// <param name="seed">The whole history follows from it.</param>
    /// <param name="isLying">A disk that loses what it promised: histories must find it out.</param>
    public KernelHistory(int seed, bool isLying = false)
    {
        _random = new(seed);
        _isLying = isLying;
        Start(new());
        for (var i = 0; i < 3; i++)
        {
            _publishers.Add(new($"p{i}", SomeCounter.Channel($"c{i % 2}")));
            _pages.Add(new($"page{i}", i == 2 ? StreamName.FeedOf("counters") : StreamName.Of(SomeCounter.Channel($"c{i}"))));
        }
    }

    /// <summary>What happened, line by line: two histories of one seed are the same.</summary>
    public IReadOnlyList<string> Told => _told;

    public void Run()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            for (var i = 0; i < Steps; i++)
            {
                Step();
            }

            Finish();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public void Dispose()
    {
        _storeMeters.Dispose();
        _channelMeters.Dispose();
    }

    private void Start(DiskRows promised)
    {
        _disk = new(_random, _time, promised, _isLying);
        var hub = new ChannelHub();
        _writer = StoreWriter.Stepped(_disk, hub, _time, _storeMeters, NullLogger<StoreWriter>.Instance);
        var options = new ChannelOptions { PageSize = 3, QueueCapacity = 2 };
        _subscriptions = new(hub, new(new StoreJournal(_writer, _disk), [new CountingKind()], _time), _channelMeters, options);
    }

    private void Step()
    {
        switch (_random.Next(11))
        {
            case 0 or 1 or 2:
                Any(_publishers).Publish(_writer);
                break;
            case 3 or 4:
                Turn();
                break;
            case 5:
                Go();
                break;
            case 6 or 7:
                Any(_pages).Take(_subscriptions, _disk.Epoch);
                break;
            case 8 when _random.Next(3) == 0:
                Any(_pages).Leave();
                break;
            case 9 when _random.Next(3) == 0:
                _writer.Submit(new HistoryRetention(_random));
                break;
            default:
                _time.Advance(TimeSpan.FromMilliseconds(_random.Next(150)));
                break;
        }

        Look();
    }

    private T Any<T>(List<T> among) => among[_random.Next(among.Count)];

    private void Turn()
    {
        if (_writer.HasTurn)
        {
            _writer.Turn();
            if (_disk.HasCrashed)
            {
                Crash();
            }
        }
    }

    private void Go()
    {
        if (_context.HasStep)
        {
            _context.Step();
        }
    }

    /// <summary>Nobody is told anything; what comes back is what the disk had promised.</summary>
    private void Crash()
    {
        _told.Add($"crash with {_disk.Promised.Events.Count} events");
        _context.Forget();
        _pages.ForEach(page => page.LoseConnection());
        _publishers.ForEach(publisher => publisher.LoseConnection());
        Start(_disk.Promised);
    }

    private void Look()
    {
        foreach (var page in _pages.Where(page => page.Look()))
        {
            _told.Add($"{page.Name} at {page.Cursor}");
        }

        foreach (var publisher in _publishers.Where(publisher => publisher.Look()))
        {
            _told.Add($"{publisher.Name} acknowledged {publisher.Acknowledged}");
        }
    }

    /// <summary>The disk is well, nobody publishes anything new: all that waits must come to its end by itself.</summary>
    private void Finish()
    {
        _disk.IsWell = true;
        for (var i = 0; !IsAtRest(); i++)
        {
            Assert.That(i, Is.LessThan(MostSteps), "somebody waits for ever");
            _publishers.ForEach(publisher => publisher.Repeat(_writer));
            _pages.ForEach(page => page.Take(_subscriptions, _disk.Epoch));
            _time.Advance(TimeSpan.FromMilliseconds(50));
            Turn();
            Go();
            Look();
        }

        var events = _disk.Promised.Events;
        Assert.That(events.Select(stored => stored.Position), Is.Ordered.Ascending.And.Unique, "positions");
        foreach (var channel in events.GroupBy(stored => stored.Channel))
        {
            Assert.That(channel.Select(stored => stored.Seq), Is.EqualTo(Enumerable.Range(1, channel.Count())), $"seq of {channel.Key}");
        }

        _publishers.ForEach(publisher => publisher.Judge(events));
        _pages.ForEach(page => page.Judge(_disk.Promised));
    }

    private bool IsAtRest() => !_context.HasStep && !_writer.HasTurn && _publishers.TrueForAll(publisher => publisher.IsAtRest)
        && _pages.TrueForAll(page => page.IsAtRest && page.Has(_disk.Promised));
}
