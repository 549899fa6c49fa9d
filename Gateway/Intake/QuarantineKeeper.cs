using System.Threading.Channels;
using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>Looks after the quarantine: tells of what comes in, and drops what is too old or too much. One loop.</summary>
internal sealed class QuarantineKeeper(
    IJournal journal, QuarantineOptions options, IntakeMeters meters, TimeProvider time, ILogger<QuarantineKeeper> log) : IAsyncDisposable
{
    // Between two sweeps by the clock a flood is noticed after so many.
    private const int Flood = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _flooded = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Changed by Interlocked only.
    private int _kept;

    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    /// <summary>After the commit that kept it.</summary>
    public void Kept(string topic, Refusal refusal)
    {
        IntakeLog.Quarantined(log, OneLine(topic), refusal.Code, OneLine(refusal.Message));
        meters.Quarantined(refusal.Code);
        if (Interlocked.Increment(ref _kept) % Flood == 0)
        {
            _flooded.Writer.TryWrite(true);
        }
    }

    /// <summary>Drops those that fit, in small steps, and tells how many.</summary>
    public async Task<int> RemoveAsync(string? below, Func<QuarantinedMessage, bool> isWanted)
    {
        var removed = 0;
        while (true)
        {
            var page = journal.Documents(Quarantine.Collection, below, Flood);
            if (page.Count == 0)
            {
                return removed;
            }

            below = page[^1].Key;
            var ids = page.Where(kept => isWanted(Quarantine.Read(kept.Value))).Select(kept => kept.Key).ToList();
            if (ids.Count > 0)
            {
                removed += await journal.WriteAsync(transaction => ids.Count(id => Remove(transaction, id)));
            }
        }
    }

    /// <summary>Inside the transaction; false when it is gone already.</summary>
    public static bool Remove(JournalTransaction transaction, string id)
    {
        if (Quarantine.Find(transaction, id) is not { } item)
        {
            return false;
        }

        Quarantine.Remove(transaction, item);
        return true;
    }

    public async Task SweepAsync()
    {
        // The oldest that is young enough bears an id of its time: all below are older.
        var horizon = Guid.CreateVersion7(time.GetUtcNow() - TimeSpan.FromDays(options.Days)).ToString();
        var dropped = await RemoveAsync($"{horizon[..13]}-", static _ => true);
        if (Quarantine.CountsOf(journal).Values.Sum() > options.MaxItems && MarkOf(options.MaxItems) is { } mark)
        {
            dropped += await RemoveAsync(mark, static _ => true);
        }

        if (dropped > 0)
        {
            IntakeLog.Dropped(log, dropped, options.Days, options.MaxItems);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    // What a stranger sends must not look like another line of the log.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));

    /// <summary>The id of the newest but so many; null when there are not so many.</summary>
    private string? MarkOf(int count)
    {
        string? mark = null;
        while (count > 0)
        {
            var page = journal.Documents(Quarantine.Collection, mark, Math.Min(count, Flood));
            if (page.Count == 0)
            {
                return null;
            }

            count -= page.Count;
            mark = page[^1].Key;
        }

        return mark;
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await SweepAsync();
            }
            catch (JournalUnavailableException failure)
            {
                IntakeLog.NotSwept(log, failure);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(Task.Delay(Interval, time, either.Token), _flooded.Reader.WaitToReadAsync(either.Token).AsTask());
            await either.CancelAsync();
            _flooded.Reader.TryRead(out _);
        }
    }
}
