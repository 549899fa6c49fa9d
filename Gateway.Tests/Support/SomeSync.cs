using Gateway.Storage.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Tests.Support;

/// <summary>A disk on which the database's own log becomes lasting when the test lets it, and not before; and whose syncs fail when told to.</summary>
internal sealed class SomeSync : IDisposable
{
    // So that a test which fails before it lets go ends all the same.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _let = new(0);
    private volatile bool _letsAll;
    private volatile bool _failsForDatabase;
    private int _failuresOfRedo;

    public bool FailsForDatabase
    {
        set => _failsForDatabase = value;
    }

    public void Flush(SafeFileHandle file, string path)
    {
        if (path.EndsWith("-wal", StringComparison.Ordinal))
        {
            if (!_letsAll)
            {
                _let.Wait(Longest);
            }

            ThrowIf(_failsForDatabase);
        }
        else
        {
            ThrowIf(Interlocked.Decrement(ref _failuresOfRedo) >= 0);
        }

        DiskSync.Flush(file, path);
    }

    public void FailOnceForRedo() => Volatile.Write(ref _failuresOfRedo, 1);

    public void LetOne() => _let.Release();

    public void LetAll()
    {
        _letsAll = true;
        _let.Release();
    }

    public void Dispose() => _let.Dispose();

    private static void ThrowIf(bool fails)
    {
        if (fails)
        {
            throw new IOException("the disk did not take it");
        }
    }
}
