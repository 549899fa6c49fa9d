using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Gateway.Contract;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// One of the redo log's files: records behind each other, all of one filling. It is made once and written over again and again, so that a record is
/// one short write and one sync; only a record that does not fit makes it longer for a while.
/// </summary>
internal sealed class RedoFile : IDisposable
{
    public const int Capacity = 4 * 1024 * 1024;

    /// <summary>Before each record: length, check sum, generation.</summary>
    public const int HeadSize = 4 + 4 + 8;

    private readonly FileStream _file;
    private readonly FileSync _sync;
    private readonly byte[] _seed;

    private RedoFile(FileStream file, FileSync sync, string epoch)
    {
        _file = file;
        _sync = sync;
        _seed = Encoding.UTF8.GetBytes(epoch);
    }

    /// <param name="path">Beside the database.</param>
    /// <param name="sync">How a record is made lasting.</param>
    /// <param name="epoch">Of the journal: a log of another one is never taken for ours.</param>
    public static RedoFile Open(string path, FileSync sync, string epoch)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            if (file.Length < Capacity)
            {
                // Shorter than it was made by a copy that was cut off: what is there counts.
                Fill(file, from: file.Length, Capacity);
            }

            return new(file, sync, epoch);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the log {path} cannot be used: {error.Message}");
        }
    }

    /// <summary>The generation of its first record; null where that is torn, of another journal, or nothing.</summary>
    public long? Generation
    {
        get
        {
            Span<byte> head = stackalloc byte[HeadSize];
            return RandomAccess.Read(_file.SafeFileHandle, head, 0) == HeadSize
                && BinaryPrimitives.ReadInt64LittleEndian(head[8..]) is var generation && Read(at: 0, generation) is not null ? generation : null;
        }
    }

    /// <summary>Null where this generation ends: an older record, a torn one, or nothing.</summary>
    public byte[]? Read(long at, long generation)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        if (RandomAccess.Read(_file.SafeFileHandle, head, at) < HeadSize
            || BinaryPrimitives.ReadInt32LittleEndian(head) is var length && (length <= HeadSize || at + length > _file.Length)
            || BinaryPrimitives.ReadInt64LittleEndian(head[8..]) != generation)
        {
            return null;
        }

        var record = new byte[length];
        return RandomAccess.Read(_file.SafeFileHandle, record, at) == length && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) == CheckSum(record)
            ? record
            : null;
    }

    /// <summary>Returns when it is on disk.</summary>
    /// <param name="record">With room for its head.</param>
    public void Write(Span<byte> record, long at, long generation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], generation);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], CheckSum(record));
        WriteThrough(record, at);
    }

    /// <summary>What was written there and refused is never taken for a record.</summary>
    public void Strike(long at) => WriteThrough(stackalloc byte[HeadSize], at);

    /// <summary>Overwrites what lies behind.</summary>
    public void Wipe(long from)
    {
        try
        {
            Fill(_file, from, Math.Max(Capacity, _file.Length));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.OfFile(error);
        }
    }

    /// <summary>Nothing that it holds is needed any more.</summary>
    public void Shorten()
    {
        try
        {
            if (_file.Length > Capacity)
            {
                _file.SetLength(Capacity);
            }
        }
        catch (IOException error)
        {
            throw SqliteFault.OfFile(error);
        }
    }

    public void Dispose() => _file.Dispose();

    // Written, not only reserved: an extent that was never written costs its first commit a change of the file's own records.
    private static void Fill(FileStream file, long from, long to)
    {
        var zeros = new byte[64 * 1024];
        file.Position = from;
        while (file.Position < to)
        {
            file.Write(zeros, 0, (int)Math.Min(zeros.Length, to - file.Position));
        }

        file.Flush(flushToDisk: true);
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, bytes, at);
            _sync(_file.SafeFileHandle, _file.Name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.OfFile(error);
        }
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
}
