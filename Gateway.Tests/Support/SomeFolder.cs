using System.Buffers.Binary;
using Gateway.Storage.Sqlite;

namespace Gateway.Tests.Support;

/// <summary>A folder that lives as long as its test.</summary>
internal sealed class SomeFolder : IDisposable
{
    // Beneath one that exists, so that who opens it also makes it.
    private readonly string _root = Directory.CreateTempSubdirectory("gateway-test-").FullName;

    public string Path => In("data");

    public string Database => System.IO.Path.Combine(Path, "gateway.db");

    /// <summary>The one of the redo log's files that was begun last.</summary>
    public string Log => Logs.MaxBy(Generation)!;

    public IEnumerable<string> Logs => RedoLog.Parts.Select(part => Database + part);

    /// <summary>A place beside it.</summary>
    public string In(string name) => System.IO.Path.Combine(_root, name);

    /// <summary>Every byte that is kept in it, whatever the file.</summary>
    public bool Holds(string text)
    {
        var wanted = System.Text.Encoding.UTF8.GetBytes(text);
        return Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
            .Any(file => ReadShared(file).AsSpan().IndexOf(wanted) >= 0);
    }

    /// <summary>What a crash at this moment would leave: the files as they are, whoever has them open.</summary>
    public SomeFolder Copy()
    {
        var copy = new SomeFolder();
        Directory.CreateDirectory(copy.Path);
        foreach (var file in Directory.EnumerateFiles(Path).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            // The index of SQLite's own log is memory of a process that is gone.
            if (file.EndsWith("-shm", StringComparison.Ordinal))
            {
                continue;
            }

            File.WriteAllBytes(System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)), ReadShared(file));
        }

        return copy;
    }

    /// <summary>How much of the log was ever written.</summary>
    public int LogUsed() => ReadShared(Log).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

    public void SpoilLog(int at)
    {
        using var log = new FileStream(Log, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        log.Position = at;
        var was = log.ReadByte();
        log.Position = at;
        log.WriteByte((byte)(was ^ 0x55));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static long Generation(string log) => File.Exists(log) ? BinaryPrimitives.ReadInt64LittleEndian(ReadShared(log).AsSpan(8)) : 0;

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
