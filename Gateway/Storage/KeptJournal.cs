using Gateway.Journal;
using Gateway.Storage.Sqlite;

namespace Gateway.Storage;

/// <summary>The journal of a data folder and the receipts kept with it, read while another process may be writing them.</summary>
internal sealed class KeptJournal : IAsyncDisposable
{
    private readonly SqliteFile _file;
    private readonly StoreMeters _meters = new();
    private readonly SqliteReader _reader;
    private readonly ReceiptStore _receipts;

    private KeptJournal(SqliteFile file)
    {
        _file = file;
        _reader = new(file, _meters);
        Journal = new StoreJournal(new NoStore(), _reader);
        _receipts = new(new NoStore(), _reader, TimeProvider.System, _meters);
    }

    public IJournal Journal { get; }

    public IReceiptStore Receipts => _receipts;

    public static KeptJournal Open(string folder) => new(SqliteFile.OpenToRead(folder));

    public async ValueTask DisposeAsync()
    {
        await _receipts.DisposeAsync();
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
