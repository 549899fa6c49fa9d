using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Gateway.Channels;

/// <summary>
/// The other end of a connection as its TCP knows it. What we have written is in our own kernel first, and a page that has vanished lets it take minutes of
/// heartbeats: only what the other end has acknowledged is a sign of life.
/// </summary>
internal sealed class TcpPeer(Func<long?> accepted, TimeProvider time)
{
    // tcp_info of linux/tcp.h: tcpi_bytes_acked, a 64-bit number, since Linux 4.1.
    private const int Tcp = 6;
    private const int Info = 11;
    private const int BytesAcknowledged = 120;

    // Owned by the watch.
    private long _accepted = -1;

    // Written by reader, sender and watch, read by the watch.
    private long _heard = time.GetTimestamp();

    /// <summary>Whether the system tells what has been acknowledged. Where it does not, taking a batch whole is the sign.</summary>
    public bool Tells => accepted() is not null;

    /// <summary>How long it has neither given nor taken a byte. Asked by one watch alone.</summary>
    public TimeSpan SilentFor
    {
        get
        {
            if (accepted() is { } now && now != _accepted)
            {
                _accepted = now;
                Heard();
            }

            return time.GetElapsedTime(Volatile.Read(ref _heard));
        }
    }

    public void Heard() => Volatile.Write(ref _heard, time.GetTimestamp());

    /// <summary>Prepares a request for a subscription: a slow reader is served for as long as it takes.</summary>
    public static TcpPeer Of(HttpContext context, TimeProvider time)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        return new(() => socket is not null && OperatingSystem.IsLinux() ? Read(socket) : null, time);
    }

    private static long? Read(Socket socket)
    {
        try
        {
            Span<byte> info = stackalloc byte[256];
            var length = socket.GetRawSocketOption(Tcp, Info, info);
            return length >= BytesAcknowledged + sizeof(long) ? MemoryMarshal.Read<long>(info[BytesAcknowledged..]) : null;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
