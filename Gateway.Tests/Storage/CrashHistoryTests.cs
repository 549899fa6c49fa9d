using Gateway.Tests.Support;

namespace Gateway.Tests.Storage;

/// <summary>
/// Random lives of the real store, each ended by a crash that loses, sector by sector, what was written and not synced: of the redo log in the middle of
/// a commit, of the database's own log whatever it was not made to keep. What was promised is there afterwards, whole and once; what was not, wholly or
/// not at all.
/// </summary>
[Category("Slow")]
public sealed class CrashHistoryTests
{
    private const int Lives = 12;
    private const int Sector = 512;

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(42)]
    [TestCase(2026)]
    public async Task Lives_ThatEndInCrashes_KeepWhatWasPromised(int seed)
    {
        var dice = new Random(seed);
        var promised = 0;
        var folder = new SomeFolder();
        for (var life = 1; life <= Lives; life++)
        {
            var (crashed, attempted) = await LiveAsync(folder, dice, promised);
            folder.Dispose();
            folder = crashed;
            await using var after = SomeJournal.Open(folder, new ManualTime());
            var events = await after.Journal.EventsAsync();
            var there = events.Count;
            Assert.That(there, Is.AnyOf(attempted.Promised, attempted.Promised + attempted.InFlight), $"seed {seed}, life {life}");
            Assert.That(events.Select(stored => stored.Seq), Is.EqualTo(Enumerable.Range(1, there)), $"seed {seed}, life {life}");
            if (there > 0)
            {
                Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(there, there)), $"seed {seed}, life {life}: the state is the fold");
            }

            promised = there;
        }

        folder.Dispose();
    }

    /// <summary>Some batches that are promised, and one more, or a settling, that the crash cuts short.</summary>
    private static async Task<(SomeFolder Crashed, Attempt Attempt)> LiveAsync(SomeFolder folder, Random dice, int promised)
    {
        using var sync = new SomeSync();
        await using var running = SomeJournal.Open(folder, new ManualTime(), sync: sync.Flush);
        using var kept = new Kept(folder, sync);
        for (var batches = dice.Next(8); batches > 0; batches--)
        {
            promised += await AddAsync(running, dice.Next(1, 40));
            if (dice.Next(3) == 0)
            {
                kept.Keep();
                await running.Writer.SettleAsync();
                kept.IsOutdated = true;
            }
            else if (dice.Next(3) == 0)
            {
                kept.Keep();
            }
        }

        using var before = folder.Copy();
        var inFlight = 0;
        if (dice.Next(2) == 0)
        {
            inFlight = await AddAsync(running, dice.Next(1, 40));
        }
        else
        {
            kept.Keep();
            await running.Writer.SettleAsync();
        }

        var crashed = Crash(kept.Folder, before, folder, dice);
        sync.LetAll();
        return (crashed, new(promised, inFlight));
    }

    private static async Task<int> AddAsync(SomeJournal some, int events)
    {
        await some.Journal.WriteAsync(transaction =>
        {
            for (var i = 0; i < events; i++)
            {
                transaction.Append(SomeCounter.Channel(), SomeCounter.Add(1));
            }

            return events;
        });
        return events;
    }

    /// <summary>The files as they were made to last, with any of the sectors that were written since.</summary>
    private static SomeFolder Crash(SomeFolder kept, SomeFolder before, SomeFolder after, Random dice)
    {
        using var written = after.Copy();
        var crashed = kept.Copy();
        foreach (var file in Directory.EnumerateFiles(written.Path))
        {
            var name = Path.GetFileName(file);
            // The redo log is synced with each batch.
            var last = Path.Combine((name.Contains("-redo", StringComparison.Ordinal) ? before : kept).Path, name);
            var old = File.Exists(last) ? File.ReadAllBytes(last) : [];
            var now = File.ReadAllBytes(file);
            var mixed = new byte[Math.Max(old.Length, now.Length)];
            old.CopyTo(mixed, 0);
            for (var at = 0; at < now.Length; at += Sector)
            {
                if (dice.Next(2) == 0)
                {
                    now.AsSpan(at, Math.Min(Sector, now.Length - at)).CopyTo(mixed.AsSpan(at));
                }
            }

            File.WriteAllBytes(Path.Combine(crashed.Path, name), mixed);
        }

        return crashed;
    }

    /// <summary>What the database is certain to have on disk: its last commit only when the disk was let.</summary>
    private sealed class Kept(SomeFolder folder, SomeSync sync) : IDisposable
    {
        public SomeFolder Folder { get; private set; } = folder.Copy();

        /// <summary>There was a commit since. The first is made when the store is opened.</summary>
        public bool IsOutdated { get; set; } = true;

        public void Keep()
        {
            if (IsOutdated)
            {
                Folder.Dispose();
                Folder = folder.Copy();
                sync.LetOne();
                IsOutdated = false;
            }
        }

        public void Dispose() => Folder.Dispose();
    }

    /// <param name="Promised">Events that were acknowledged.</param>
    /// <param name="InFlight">Events of the batch that the crash cut short.</param>
    private sealed record Attempt(int Promised, int InFlight);
}
