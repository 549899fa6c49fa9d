using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Storage.Sqlite;

/// <summary>Makes what was written to a file lasting, or throws an <see cref="IOException"/>.</summary>
internal delegate void FileSync(SafeFileHandle file, string path);

/// <summary>As the system does it.</summary>
internal static class DiskSync
{
    public static void Flush(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
        }
        else if (SyncData(file) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
        }
    }

    // The framework knows fsync only, which waits for the time of the change as well; the data's own sync is all that a record needs.
    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SyncData(SafeFileHandle file);
}
