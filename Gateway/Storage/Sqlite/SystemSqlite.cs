using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Gateway.Storage.Sqlite;

/// <summary>Loads the system's SQLite where there is one that has what is used of it: distributions mend theirs, a bundle ages.</summary>
internal static class SystemSqlite
{
    private static readonly Lazy<string> Loaded = new(Load);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionNumber();

    /// <summary>Makes SQLite ready once per process; returns its version.</summary>
    public static string Use() => Loaded.Value;

    private static string Load()
    {
        var bundled = typeof(SQLite3Provider_e_sqlite3).Assembly;
        NativeLibrary.SetDllImportResolver(bundled, (name, assembly, path) => Resolve(name, assembly, path));
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();
        return raw.sqlite3_libversion().utf8_to_string();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        const int Oldest = 3_035_000;
        if (!NativeLibrary.TryLoad("libsqlite3.so.0", out var system))
        {
            return NativeLibrary.Load(name, assembly, path);
        }

        if (NativeLibrary.TryGetExport(system, "sqlite3_libversion_number", out var export)
            && Marshal.GetDelegateForFunctionPointer<VersionNumber>(export)() >= Oldest)
        {
            return system;
        }

        NativeLibrary.Free(system);
        return NativeLibrary.Load(name, assembly, path);
    }
}
