using System.Runtime.InteropServices;

namespace Gateway.Operations;

/// <summary>What this process writes, whatever writes it and however it was started, is for its owner alone: journal, logs, copies, temporary files.</summary>
internal static class OwnFiles
{
    // rwx of group and others.
    private const uint Others = 0b000_111_111;

    /// <summary>Before the first file is made.</summary>
    public static void Only()
    {
        if (!OperatingSystem.IsWindows())
        {
            // What is given back is the mask before; the call cannot fail.
            _ = SetMask(Others);
        }
    }

    // The framework has no word for it, and SQLite makes files of its own.
    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetMask(uint mask);
}
