using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// The statements that the database has not committed yet, on disk: a batch is promised when its record is here. The file is made once and written
/// over again and again, so that a commit is one short write and one sync, whatever pages of the database it touches. Owned by the writer loop.
/// </summary>
internal sealed class RedoLog : IDisposable
{
    public const int Capacity = 8 * 1024 * 1024;

    // length, check sum, generation
    private const int HeadSize = 4 + 4 + 8;

    private readonly FileStream _file;
    private readonly byte[] _seed;
    private readonly MemoryStream _batch = new();
    private readonly BinaryWriter _writer;

    // What this generation has said the text of, and what the batch has.
    private readonly HashSet<int> _told = [];
    private readonly List<int> _toldInBatch = [];
    private readonly List<string> _statements = [];
    private int _statementsInBatch;
    private long _end;

    // Behind it may lie a batch that was refused. After a start every record that is whole counts.
    private long _promised = long.MaxValue;

    private RedoLog(FileStream file, string epoch, long generation)
    {
        _file = file;
        _seed = System.Text.Encoding.UTF8.GetBytes(epoch);
        _writer = new(_batch);
        Generation = generation;
        Forget();
    }

    /// <summary>Which filling of the file counts. The database keeps the number and raises it in the commit that takes what the file holds.</summary>
    public long Generation { get; private set; }

    /// <summary>Statements that are promised and not in the database.</summary>
    public int Statements { get; private set; }

    /// <summary>Whether the batch has written anything so far.</summary>
    public bool HasBatch => _statementsInBatch > 0;

    /// <param name="path">Beside the database.</param>
    /// <param name="epoch">Of the journal: a log of another one is never taken for ours.</param>
    /// <param name="generation">As the database has it.</param>
    public static RedoLog Open(string path, string epoch, long generation)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            if (file.Length < Capacity)
            {
                // Shorter than it was made by a copy that was cut off: what is there counts.
                Fill(file, from: file.Length);
            }

            return new(file, epoch, generation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the log {path} cannot be used: {error.Message}");
        }
    }

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

    /// <summary>True when the batch is on disk. False when there is no room for it: then the database itself has to commit it.</summary>
    public bool TryCommit()
    {
        if (HasBatch)
        {
            if (_end + _batch.Length > Capacity)
            {
                return false;
            }

            var record = _batch.GetBuffer().AsSpan(0, (int)_batch.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record, record.Length);
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], Generation);
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], CheckSum(record));
            WriteThrough(record);
            _promised = _end += record.Length;
            Statements += _statementsInBatch;
        }

        ClearBatch();
        return true;
    }

    /// <summary>The batch did not happen.</summary>
    public void DropBatch()
    {
        _told.ExceptWith(_toldInBatch);
        ClearBatch();
    }

    /// <summary>The database has committed everything, and with it the next number.</summary>
    public void Next()
    {
        Generation++;
        _promised = 0;
        Forget();
    }

    /// <summary>Carries out, in order, what was promised in this generation, in a transaction of the caller's. The next batch goes behind it.</summary>
    public void Replay(SqliteConnection connection)
    {
        var promised = _promised;
        Forget();
        var statements = new Dictionary<int, Statement>();
        try
        {
            while (_end < promised && ReadRecord() is { } record)
            {
                using var reader = new BinaryReader(new MemoryStream(record, HeadSize, record.Length - HeadSize));
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

    /// <summary>Overwrites what earlier generations left behind the records of this one.</summary>
    public void WipeRest()
    {
        try
        {
            Fill(_file, _end);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException("io_error", $"the disk failed to write: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _file.Dispose();
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

    // Written, not only reserved: an extent that was never written costs its first commit a change of the file's own records.
    private static void Fill(FileStream file, long from)
    {
        var zeros = new byte[64 * 1024];
        file.Position = from;
        while (file.Position < Capacity)
        {
            file.Write(zeros, 0, (int)Math.Min(zeros.Length, Capacity - file.Position));
        }

        file.Flush(flushToDisk: true);
    }

    private void WriteThrough(ReadOnlySpan<byte> record)
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, record, _end);
            DiskSync.Flush(_file.SafeFileHandle);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException("io_error", $"the disk failed to write: {error.Message}", error);
        }
    }

    /// <summary>Null where this generation ends: an older record, a torn one, or nothing.</summary>
    private byte[]? ReadRecord()
    {
        Span<byte> head = stackalloc byte[HeadSize];
        if (RandomAccess.Read(_file.SafeFileHandle, head, _end) < HeadSize
            || BinaryPrimitives.ReadInt32LittleEndian(head) is var length && (length <= HeadSize || _end + length > Capacity)
            || BinaryPrimitives.ReadInt64LittleEndian(head[8..]) != Generation)
        {
            return null;
        }

        var record = new byte[length];
        return RandomAccess.Read(_file.SafeFileHandle, record, _end) == length && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) == CheckSum(record)
            ? record
            : null;
    }

    private uint CheckSum(ReadOnlySpan<byte> record) => Crc(Crc(Crc(uint.MaxValue, _seed), record[..4]), record[8..]);

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var left in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, left);
        }

        return crc;
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
        if (_batch.Capacity > Capacity)
        {
            _batch.SetLength(0);
            _batch.Capacity = HeadSize;
        }

        _batch.SetLength(HeadSize);
        _batch.Position = HeadSize;
    }
}
