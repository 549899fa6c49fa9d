using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// The statements that the database does not have for certain yet, on disk: a batch is promised when its record is here. Two files take turns: while one
/// is filled, the other lies there until the commit that took it into the database is on disk itself. Owned by the writer loop.
/// </summary>
internal sealed class RedoLog : IDisposable
{
    /// <summary>As the ends of the files' names.</summary>
    public static readonly IReadOnlyList<string> Parts = ["-redo", "-redo2"];

    // Enough that a page of the database is written once for many batches; few enough that writing them holds up the next batch for moments only.
    private const int Enough = 2_000;

    private readonly RedoFile[] _files;
    private readonly MemoryStream _batch = new();
    private readonly BinaryWriter _writer;

    // What this generation has said the text of, and what the batch has.
    private readonly HashSet<int> _told = [];
    private readonly List<int> _toldInBatch = [];
    private readonly List<string> _statements = [];
    private int _statementsInBatch;

    private int _current;
    private long _end;

    // Up to here it is promised; behind it may lie a batch that was refused.
    private long _promised;
    private bool _hasRefused;

    private RedoLog(RedoFile[] files, long generation)
    {
        _files = files;
        _writer = new(_batch);
        Generation = generation;
        Forget();
    }

    /// <summary>Which filling of a file counts. The database keeps the number and raises it in the commit that takes what the file holds.</summary>
    public long Generation { get; private set; }

    /// <summary>Statements that are promised and not in the database.</summary>
    public int Statements { get; private set; }

    /// <summary>Whether the batch has written anything so far.</summary>
    public bool HasBatch => _statementsInBatch > 0;

    /// <summary>Time that the database takes what the file holds.</summary>
    public bool IsFull => Statements >= Enough || _end > RedoFile.Capacity * 7 / 8;

    /// <param name="database">The path of the file that it lies beside.</param>
    /// <param name="sync">How a record is made lasting.</param>
    /// <param name="epoch">Of the journal.</param>
    /// <param name="generation">As the database has it.</param>
    public static RedoLog Open(string database, FileSync sync, string epoch, long generation) =>
        new([.. Parts.Select(part => RedoFile.Open(database + part, sync, epoch))], generation);

    /// <summary>A number for the statement's text, so that each record bears it only once a generation.</summary>
    public int Register(string sql)
    {
        _statements.Add(sql);
        return _statements.Count - 1;
    }

    /// <summary>Puts a statement that was carried out into the batch.</summary>
    public void Add(int statement, ReadOnlySpan<SqlValue> values)
    {
        var isNew = _told.Add(statement);
        _writer.Write7BitEncodedInt(statement);
        _writer.Write(isNew);
        if (isNew)
        {
            _toldInBatch.Add(statement);
            _writer.Write(_statements[statement]);
        }

        _writer.Write((byte)values.Length);
        foreach (var value in values)
        {
            value.Write(_writer);
        }

        _statementsInBatch++;
    }

    /// <summary>Returns when the batch is on disk.</summary>
    public void Commit()
    {
        if (HasBatch)
        {
            var record = _batch.GetBuffer().AsSpan(0, (int)_batch.Length);
            _hasRefused = true;
            _files[_current].Write(record, _end, Generation);
            _hasRefused = false;
            _promised = _end += record.Length;
            Statements += _statementsInBatch;
        }

        ClearBatch();
    }

    /// <summary>The batch did not happen.</summary>
    public void DropBatch()
    {
        _told.ExceptWith(_toldInBatch);
        ClearBatch();
    }

    /// <summary>
    /// From here on the file says only what was promised, whoever reads it after a crash. What the other one holds, the database has for certain.
    /// </summary>
    public void Seal()
    {
        _files[1 - _current].Shorten();
        if (_hasRefused)
        {
            _files[_current].Strike(_promised);
            _hasRefused = false;
        }
    }

    /// <summary>The database has committed everything, and with it the next number.</summary>
    public void Next()
    {
        Generation++;
        _current = 1 - _current;
        _promised = 0;
        _hasRefused = false;
        Forget();
    }

    /// <summary>Carries out, in order, what was promised in this generation, in a transaction of the caller's. The next batch goes behind it.</summary>
    public void Replay(SqliteConnection connection) => Replay(connection, _promised);

    /// <summary>
    /// After a start: carries out what the files hold of this generation and of later ones, of which the database lost the commits that it had not synced.
    /// Returns how many statements that were; what follows is of a new generation.
    /// </summary>
    public int Recover(SqliteConnection connection)
    {
        var statements = 0;
        foreach (var (generation, file) in _files.Select((file, index) => (file.Generation, index)).Where(found => found.Generation >= Generation).Order())
        {
            Generation = generation!.Value;
            _current = file;
            // All that is whole counts.
            Replay(connection, long.MaxValue);
            statements += Statements;
        }

        // Not the next one: that may have been begun and torn.
        Generation += 2;
        _promised = 0;
        Forget();
        return statements;
    }

    /// <summary>Overwrites what earlier generations left behind the records of this one. The database has them for certain.</summary>
    public void WipeRest()
    {
        _files[_current].Wipe(_end);
        _files[1 - _current].Wipe(from: 0);
    }

    public void Dispose()
    {
        _writer.Dispose();
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private void Replay(SqliteConnection connection, long promised)
    {
        Forget();
        var statements = new Dictionary<int, Statement>();
        try
        {
            while (_end < promised && _files[_current].Read(_end, Generation) is { } record)
            {
                using var reader = new BinaryReader(new MemoryStream(record, RedoFile.HeadSize, record.Length - RedoFile.HeadSize));
                while (reader.BaseStream.Position < reader.BaseStream.Length)
                {
                    Carry(reader, connection, statements);
                }

                _end += record.Length;
            }
        }
        finally
        {
            foreach (var statement in statements.Values)
            {
                statement.Dispose();
            }
        }
    }

    private void Carry(BinaryReader reader, SqliteConnection connection, Dictionary<int, Statement> statements)
    {
        var number = reader.Read7BitEncodedInt();
        if (reader.ReadBoolean())
        {
            statements.Remove(number, out var former);
            former?.Dispose();
            statements.Add(number, new(connection, reader.ReadString()));
        }

        var values = new SqlValue[reader.ReadByte()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = SqlValue.Read(reader);
        }

        statements[number].Bind(values).Run();
        Statements++;
    }

    private void Forget()
    {
        _end = 0;
        _told.Clear();
        Statements = 0;
        ClearBatch();
    }

    private void ClearBatch()
    {
        _toldInBatch.Clear();
        _statementsInBatch = 0;
        if (_batch.Capacity > RedoFile.Capacity)
        {
            _batch.SetLength(0);
            _batch.Capacity = RedoFile.HeadSize;
        }

        _batch.SetLength(RedoFile.HeadSize);
        _batch.Position = RedoFile.HeadSize;
    }
}
