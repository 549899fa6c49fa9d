using Gateway.Access;
using Gateway.Broker;
using Gateway.Journal;
using Gateway.Modules.CheckIns;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Modules.Jobs;
using Gateway.Modules.Rooms;
using Gateway.Storage;
using Gateway.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Support;

/// <summary>A real journal on a real SQLite file, put together as the product does; open it again to see what survived.</summary>
internal sealed class SomeJournal : IAsyncDisposable
{
    private readonly StoreMeters _meters = new();
    private static readonly IChannelKind[] Kinds =
    [
        new CountingKind(), new EnrollmentKind(), new DeviceKind(), new JobKind(), new CheckInKind(), new RoomKind(), new AuditKind(),
    ];

    private readonly SqliteFile _file;
    private readonly SqliteReader _reader;
    private readonly SqliteBrokerReader _brokerReader;
    private readonly IWriteSession _session;
    private readonly ReceiptStore _receipts;
    private readonly SqliteRetentionReader _retentionReader;
    private readonly TimeProvider _time;

    private SomeJournal(
        string folder, TimeProvider time, ICommitListener listener, Func<IWriteSession, IWriteSession> around, FileSync? sync, IProjection[] projections)
    {
        _file = SqliteFile.Open(folder, NullLogger.Instance, sync: sync);
        _reader = new(_file, _meters);
        _brokerReader = new(_file);
        _session = around(new SqliteWriteSession(_file, Kinds, projections, time));
        Writer = new(_session, listener, time, _meters, NullLogger<StoreWriter>.Instance);
        Journal = new StoreJournal(Writer, _reader);
        _receipts = new(Writer, _reader, time, _meters);
        _retentionReader = new(_file);
        _time = time;
    }

    public StoreWriter Writer { get; }

    public IJournal Journal { get; }

    public IReceiptStore Receipts => _receipts;

    public static SomeJournal Open(
        SomeFolder folder,
        TimeProvider? time = null,
        ICommitListener? listener = null,
        Func<IWriteSession, IWriteSession>? around = null,
        FileSync? sync = null,
        params IProjection[] projections) =>
        new(folder.Path, time ?? TimeProvider.System, listener ?? new DeafListener(), around ?? (session => session), sync, projections);

    public Retention Retention(RetentionPlan plan) => new(Writer, _retentionReader, Kinds, plan, _time, NullLogger<Retention>.Instance);

    public IBrokerStore Broker => new StoreForBroker(Writer, _brokerReader);

    public async ValueTask DisposeAsync()
    {
        // The writer's end also ends its waiting for a clock that stands still.
        var receipts = _receipts.DisposeAsync();
        await Writer.DisposeAsync();
        await receipts;
        _session.Dispose();
        _reader.Dispose();
        _retentionReader.Dispose();
        _brokerReader.Dispose();
        _meters.Dispose();
        _file.Dispose();
    }

    private sealed class DeafListener : ICommitListener
    {
        public void Committed(IReadOnlyList<StoredEvent> events)
        {
            // Nobody follows this journal.
        }
    }
}
