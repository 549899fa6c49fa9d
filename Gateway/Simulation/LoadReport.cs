namespace Gateway.Simulation;

/// <summary>How a load goes: counts, and how long things took.</summary>
internal sealed class LoadReport
{
    private const int Kept = 1 << 16;

    // all guarded by _lock
    private readonly Lock _lock = new();
    private readonly Ring _shown = new(Kept);
    private readonly Ring _told = new(Kept);
    private readonly List<string> _wrongs = [];
    private int _requested;
    private int _ended;
    private int _right;
    private int _pagesLost;
    private int _behind;
    private int _lost;
    private int _doubled;
    private int _reordered;
    private int _left;
    private string? _waitingFor;

    public int Right => Volatile.Read(ref _right);

    public int Ended => Volatile.Read(ref _ended);

    public IReadOnlyList<string> Wrongs
    {
        get
        {
            lock (_lock)
            {
                return [.. _wrongs];
            }
        }
    }

    public void Requested(TimeSpan took) => Locked(() =>
    {
        _requested++;
        _told.Add(took.TotalMilliseconds);
    });

    public void Shown(TimeSpan took) => Locked(() => _shown.Add(took.TotalMilliseconds));

    public void PageLost() => Locked(() => _pagesLost++);

    /// <summary>Why nothing more is granted; null when something was.</summary>
    public void Waits(string? reason) => Locked(() => _waitingFor = reason);

    /// <summary>It was time for another one, but every scanner was busy.</summary>
    public void Behind() => Locked(() => _behind++);

    /// <summary>Right is: a success, with every step once and in order, and nothing that should not be.</summary>
    public void Watched(KioskView view, int scans) => Locked(() =>
    {
        _ended++;
        _lost += view.Lost + (view.End == "succeeded" ? Math.Max(0, scans - view.Captured) : 0);
        _doubled += view.Doubled;
        _reordered += view.Reordered;
        if (view.End == "succeeded" && view.Captured == scans && view.Wrongs.Count == 0)
        {
            _right++;
            return;
        }

        var end = view.End == "succeeded" && view.Captured == scans ? [] : new[] { $"ended as {view.End} with {view.Captured} of {scans}" };
        _wrongs.Add($"{view.Enrollment}: {string.Join("; ", view.Wrongs.Concat(end))}");
    });

    public void Unfinished(string enrollment) => Locked(() => _wrongs.Add($"{enrollment}: no end within its lease"));

    /// <summary>So many scanners and people of the load could not be removed from the service.</summary>
    public void Left(int count) => Locked(() => _left = count);

    /// <summary>The last line: what was promised, in figures.</summary>
    public string Verdict()
    {
        lock (_lock)
        {
            var left = _left == 0 ? "" : $"; {_left} scanners and people named load-… could not be removed from the service, the next run does it";
            return _ended == 0
                ? $"no verdict: no enrollment ended{left}"
                : $"verdict: lost {_lost}, doubled {_doubled}, reordered {_reordered} in {_ended} enrollments, {_ended - _right} of which ended wrong{left}";
        }
    }

    public string Line(TimeSpan elapsed)
    {
        lock (_lock)
        {
            return $"{elapsed.TotalSeconds,6:0.0} s  requested {_requested}, ended {_ended}, right {_right}, wrong {_wrongs.Count}, pages lost {_pagesLost}, " +
                $"behind {_behind} | scan to page {_shown} | request answered {_told}{(_waitingFor is null ? "" : $" | waiting: {_waitingFor}")}";
        }
    }

    private void Locked(Action change)
    {
        lock (_lock)
        {
            change();
        }
    }

    /// <summary>The latest measurements.</summary>
    private sealed class Ring(int capacity)
    {
        private readonly double[] _values = new double[capacity];
        private long _count;

        public void Add(double value) => _values[_count++ % _values.Length] = value;

        public override string ToString()
        {
            if (_count == 0)
            {
                return "–";
            }

            var sorted = _values[..(int)Math.Min(_count, _values.Length)];
            Array.Sort(sorted);
            double At(double part) => sorted[(int)Math.Min(sorted.Length - 1, part * sorted.Length)];
            return FormattableString.Invariant($"p50 {At(0.5):0.0} p99 {At(0.99):0.0} max {sorted[^1]:0.0} ms");
        }
    }
}
