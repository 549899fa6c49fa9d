namespace Gateway.Bench;

/// <summary>One connection of the generator. Everything that arrives is handled on its reactor's thread; sending is for one thread at a time.</summary>
internal abstract class Link(int port, int receiveBuffer = 0) : IDisposable
{
    private readonly Lock closing = new();
    private Reactor? reactor;
    private int number;
    private int socket = -1;
    private bool isConnected;
    private byte[] held = [];
    private int heldCount;

    /// <summary>Why it ended, when nobody here wanted that.</summary>
    public Exception? Failure { get; private set; }

    protected int Port => port;

    public void Open(Reactor reading, int numberThere)
    {
        (reactor, number) = (reading, numberThere);
        socket = Kernel.Connect(port, receiveBuffer);
        reading.Watch(Kernel.Add, socket, Kernel.Writable, number);
    }

    public void OnReady(uint events, byte[] buffer)
    {
        lock (closing)
        {
            if (socket < 0)
            {
                return;
            }
            try
            {
                if (!isConnected)
                {
                    isConnected = true;
                    reactor!.Watch(Kernel.Modify, socket, Kernel.Readable, number);
                    OnConnected();
                    return;
                }
                Read(buffer);
            }
            catch (IOException lost)
            {
                Fail(lost);
            }
        }
    }

    /// <summary>Stops reading: from now on somebody else asks for bytes, by <see cref="ReadSome"/>.</summary>
    public void Hold() => reactor!.Watch(Kernel.Modify, socket, 0, number);

    public void GoOn() => reactor!.Watch(Kernel.Modify, socket, Kernel.Readable, number);

    /// <summary>Reads at most so many bytes; false when none are there.</summary>
    public bool ReadSome(Span<byte> buffer)
    {
        lock (closing)
        {
            return socket >= 0 && Feed(buffer, Kernel.Receive(socket, buffer));
        }
    }

    public void Dispose()
    {
        lock (closing)
        {
            Close();
        }
    }

    protected abstract void OnConnected();

    /// <summary>Handles the whole packets at the front and returns their length.</summary>
    protected abstract int Take(ReadOnlySpan<byte> bytes);

    protected virtual void OnFailed(Exception failure)
    {
    }

    protected void Send(ReadOnlySpan<byte> bytes) => Kernel.Send(socket, bytes);

    private void Read(byte[] buffer)
    {
        var count = Kernel.Receive(socket, buffer);
        if (count == 0)
        {
            throw new IOException("the peer closed the connection");
        }
        Feed(buffer, count);
    }

    private bool Feed(ReadOnlySpan<byte> buffer, int count)
    {
        if (count <= 0)
        {
            return false;
        }
        var bytes = buffer[..count];
        if (heldCount == 0)
        {
            Keep(bytes[Take(bytes)..]);
            return true;
        }
        if (held.Length < heldCount + count)
        {
            Array.Resize(ref held, heldCount + count);
        }
        bytes.CopyTo(held.AsSpan(heldCount));
        heldCount += count;
        var used = Take(held.AsSpan(0, heldCount));
        held.AsSpan(used, heldCount - used).CopyTo(held);
        heldCount -= used;
        return true;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 0)
        {
            return;
        }
        if (held.Length < rest.Length)
        {
            held = new byte[rest.Length];
        }
        rest.CopyTo(held);
        heldCount = rest.Length;
    }

    private void Fail(Exception failure)
    {
        Failure = failure;
        Close();
        OnFailed(failure);
    }

    private void Close()
    {
        if (socket >= 0)
        {
            _ = Kernel.Close(socket);
            socket = -1;
            reactor!.Forget(number);
        }
    }
}
