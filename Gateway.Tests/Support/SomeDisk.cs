using Gateway.Storage;

namespace Gateway.Tests.Support;

/// <summary>A real write session on a disk that can be full: then the commit, and nothing before it, fails.</summary>
internal sealed class SomeDisk(IWriteSession session) : IWriteSession
{
    private volatile bool _isFull;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    public StoreTransaction Begin() => session.Begin();

    public void Commit()
    {
        if (IsFull)
        {
            throw new StoreException("disk full", new IOException("disk full"));
        }

        session.Commit();
    }

    public void Rollback() => session.Rollback();

    public void Dispose() => session.Dispose();
}
