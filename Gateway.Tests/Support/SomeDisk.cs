using Gateway.Storage;

namespace Gateway.Tests.Support;

/// <summary>A real write session on a disk that can be full: then the commit fails, and where it is broken the rollback too.</summary>
internal sealed class SomeDisk(IWriteSession session) : IWriteSession
{
    private volatile bool _isFull;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    public bool IsBroken { get; init; }

    public StoreTransaction Begin() => session.Begin();

    public void Commit()
    {
        ThrowIfFull();
        session.Commit();
    }

    public void Rollback()
    {
        session.Rollback();
        if (IsBroken && IsFull)
        {
            throw new StoreException("io_error", "disk broken", new IOException("disk broken"));
        }
    }

    public int Unsettled => session.Unsettled;

    public bool IsSettlingDue => session.IsSettlingDue;

    public void Settle()
    {
        ThrowIfFull();
        session.Settle();
    }

    public void Dispose() => session.Dispose();

    private void ThrowIfFull()
    {
        if (IsFull)
        {
            throw new StoreException("disk_full", "disk full", new IOException("disk full"));
        }
    }
}
