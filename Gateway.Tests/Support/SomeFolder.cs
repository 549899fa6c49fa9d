namespace Gateway.Tests.Support;

/// <summary>A folder that lives as long as its test.</summary>
internal sealed class SomeFolder : IDisposable
{
    // Beneath one that exists, so that who opens it also makes it.
    private readonly string _root = Directory.CreateTempSubdirectory("gateway-test-").FullName;

    public string Path => In("data");

    public string Database => System.IO.Path.Combine(Path, "gateway.db");

    /// <summary>A place beside it.</summary>
    public string In(string name) => System.IO.Path.Combine(_root, name);

    /// <summary>Every byte that is kept in it, whatever the file.</summary>
    public bool Holds(string text)
    {
        var wanted = System.Text.Encoding.UTF8.GetBytes(text);
        return Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
            .Any(file => ReadShared(file).AsSpan().IndexOf(wanted) >= 0);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
