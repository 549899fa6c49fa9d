using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gateway.Bench;

/// <summary>The system calls of the generator. Sockets of the framework bring a thread hop, a task and a buffer each, which would be measured as well.</summary>
internal static partial class Kernel
{
    public const uint Readable = 1;
    public const uint Writable = 4;
    public const int Add = 1;
    public const int Modify = 3;
    public const int TryAgain = 11;

    private const int InProgress = 115;
    private const int Internet = 2;
    private const int StreamNonBlocking = 1 | 0x800 | 0x80000;
    private const int NoSignal = 0x4000;

    /// <summary>A socket that is on its way to the port of this machine.</summary>
    public static int Connect(int port, int receiveBuffer)
    {
        var socket = Checked(Socket(Internet, StreamNonBlocking, 0), "socket");
        var one = 1;
        Checked(SetOption(socket, 6, 1, in one, sizeof(int)), "TCP_NODELAY");
        if (receiveBuffer > 0)
        {
            Checked(SetOption(socket, 1, 8, in receiveBuffer, sizeof(int)), "SO_RCVBUF");
        }
        Span<byte> address = [Internet, 0, (byte)(port >> 8), (byte)port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        if (Connect(socket, ref address[0], address.Length) < 0 && Marshal.GetLastPInvokeError() != InProgress)
        {
            throw Failed("connect");
        }
        return socket;
    }

    /// <summary>Sends all of it; waits where the peer does not take it.</summary>
    public static void Send(int socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var sent = (int)Send(socket, in bytes[0], bytes.Length, NoSignal);
            if (sent < 0)
            {
                if (Marshal.GetLastPInvokeError() != TryAgain)
                {
                    throw Failed("send");
                }
                var poll = new Polled { Socket = socket, Events = (short)Writable };
                Checked(Poll(ref poll, 1, 10_000), "poll");
                sent = 0;
            }
            bytes = bytes[sent..];
        }
    }

    /// <summary>What has come; -1 when there is nothing at the moment, 0 at the end.</summary>
    public static int Receive(int socket, Span<byte> buffer)
    {
        var count = (int)Receive(socket, ref buffer[0], buffer.Length, 0);
        return count >= 0 ? count : Marshal.GetLastPInvokeError() == TryAgain ? -1 : 0;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    public static int NewEpoll() => Checked(CreateEpoll(0), "epoll_create1");

    public static void Control(int epoll, int operation, int socket, uint events, int data)
    {
        Span<byte> wanted = stackalloc byte[16];
        BitConverter.TryWriteBytes(wanted, events);
        BitConverter.TryWriteBytes(wanted[Ready.DataAt..], data);
        Checked(ControlEpoll(epoll, operation, socket, ref wanted[0]), "epoll_ctl");
    }

    public static int Wait(int epoll, Ready ready, int milliseconds)
    {
        var count = WaitEpoll(epoll, ref ready.Bytes[0], Ready.Most, milliseconds);
        return Math.Max(count, 0); // a signal is no failure
    }

    /// <summary>Sleeps in the kernel to the microsecond: a spinning generator would take one of two cores from what it measures.</summary>
    public static void SleepUntil(long timestamp)
    {
        var left = timestamp - Stopwatch.GetTimestamp();
        if (left > 0)
        {
            var nanoseconds = left * 1_000_000_000 / Stopwatch.Frequency;
            var wait = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
            NanoSleep(in wait, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Signal(int process, int signal);

    private static int Checked(int result, string call) => result >= 0 ? result : throw Failed(call);

    private static IOException Failed(string call) => new($"{call} failed with error {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int socket, int level, int name, in int value, int length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Connect(int socket, ref byte address, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Send(int socket, in byte bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Receive(int socket, ref byte bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ControlEpoll(int epoll, int operation, int socket, ref byte wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitEpoll(int epoll, ref byte ready, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref Polled polled, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NanoSleep(in TimeSpec wait, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Socket;
        public short Events;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

/// <summary>What epoll_wait tells: packed on x86-64, aligned elsewhere.</summary>
internal sealed class Ready
{
    public const int Most = 256;

    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int DataAt => IsPacked ? 4 : 8;

    public byte[] Bytes { get; } = new byte[Most * 16];

    public (uint Events, int Data) this[int index]
    {
        get
        {
            var at = index * (IsPacked ? 12 : 16);
            return (BitConverter.ToUInt32(Bytes, at), BitConverter.ToInt32(Bytes, at + DataAt));
        }
    }
}
