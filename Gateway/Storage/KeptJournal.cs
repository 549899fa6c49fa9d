using Gateway.Journal;
using Gateway.Storage.Sqlite;

namespace Gateway.Storage;

/// <summary>The journal of a data folder, read while another process may be writing it: changes nothing, takes no lock.</summary>
internal sealed class KeptJournal : IDisposable
{
    private readonly SqliteFile _file;
    private readonly StoreMeters _meters = new();
    private readonly SqliteReader _reader;

    private KeptJournal(SqliteFile file)
    {
        _file = file;
        _reader = new(file, _meters);
        Journal = new StoreJournal(new NoStore(), _reader);
    }

    public IJournal Journal { get; }

    public static KeptJournal Open(string folder) => new(SqliteFile.OpenToRead(folder));

    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
        _meters.Dispose();
    }

    private sealed class NoStore : IStore
    {
        public void Submit(IStoreWork work) => work.Completed(new ObjectDisposedException(nameof(KeptJournal)));

        public Task SettleAsync() => Task.CompletedTask;
    }
}
