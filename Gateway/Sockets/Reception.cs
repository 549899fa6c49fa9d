using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Sockets;

/// <summary>What a socket has given so far, and what it has said of itself. A field of the reader and guarded by it.</summary>
internal struct Reception(Socket socket, SocketAsyncEventArgs bell)
{
    public ReceiveBuffer Buffer = new();

    /// <summary>The bell will ring.</summary>
    public bool IsListening { get; set; }

    /// <summary>There is something to receive, or there was a moment ago.</summary>
    public bool IsReadable { get; private set; }

    /// <summary>The peer has said that nothing comes any more.</summary>
    public bool IsEnded { get; private set; }

    public Exception? Failure { get; set; }

    /// <summary>Asks for the bell to be rung when something comes, unless something has.</summary>
    public void Listen()
    {
        if (IsListening || IsReadable || IsEnded || Failure is not null)
        {
            return;
        }

        try
        {
            IsListening = socket.ReceiveAsync(bell);
            if (!IsListening)
            {
                Hear();
            }
        }
        catch (ObjectDisposedException closed)
        {
            Failure = Closed(closed);
        }
    }

    /// <summary>What the bell tells.</summary>
    public void Hear()
    {
        if (bell.SocketError == SocketError.Success)
        {
            IsReadable = true;
        }
        else
        {
            Failure ??= Cause(bell.SocketError);
        }
    }

    public void Receive()
    {
        var count = Receive(Buffer.MakeRoom(), SocketFlags.None);
        if (count > 0)
        {
            IsReadable = Buffer.Received(count);
        }
        else
        {
            Buffer.ReleaseIfEmpty();
        }
    }

    /// <summary>Whether the connection has ended or failed, asked of the socket where nobody is about to read.</summary>
    public bool IsOver()
    {
        if (IsReadable && Buffer.IsExamined)
        {
            Receive(stackalloc byte[1], SocketFlags.Peek);
        }

        return IsEnded || Failure is not null;
    }

    private int Receive(Span<byte> room, SocketFlags flags)
    {
        try
        {
            var count = socket.Receive(room, flags, out var error);
            IsEnded |= error == SocketError.Success && count == 0;
            IsReadable &= error == SocketError.Success && count > 0;
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                Failure ??= Cause(error);
            }

            return count;
        }
        catch (ObjectDisposedException closed)
        {
            IsReadable = false;
            Failure ??= Closed(closed);
            return 0;
        }
    }

    private static IOException Cause(SocketError error)
    {
        var cause = new SocketException((int)error);
        return error switch
        {
            SocketError.ConnectionReset or SocketError.Shutdown => new ConnectionResetException(cause.Message, cause),
            SocketError.OperationAborted or SocketError.Interrupted => new IOException("the connection is closed", cause),
            _ => new IOException(cause.Message, cause),
        };
    }

    private static IOException Closed(ObjectDisposedException closed) => new("the connection is closed", closed);
}
