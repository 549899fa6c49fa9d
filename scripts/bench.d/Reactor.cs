namespace Gateway.Bench;

/// <summary>One thread that reads many sockets, in turn, into one buffer.</summary>
internal sealed class Reactor : IDisposable
{
    private readonly int epoll = Kernel.NewEpoll();
    private readonly byte[] buffer = new byte[256 * 1024];
    private readonly Link?[] links = new Link?[20_000];
    private readonly Stack<int> free = new(Enumerable.Range(0, 20_000).Reverse()); // locked by itself
    private readonly Thread thread;
    private volatile bool ended;

    public Reactor(string name)
    {
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    public void Add(Link link)
    {
        int number;
        lock (free)
        {
            number = free.Pop();
        }
        Volatile.Write(ref links[number], link);
        link.Open(this, number);
    }

    public void Watch(int operation, int socket, uint events, int number) => Kernel.Control(epoll, operation, socket, events, number);

    public void Forget(int number)
    {
        Volatile.Write(ref links[number], null);
        lock (free)
        {
            free.Push(number);
        }
    }

    public void Dispose()
    {
        ended = true;
        thread.Join();
        _ = Kernel.Close(epoll);
    }

    private void Run()
    {
        var ready = new Ready();
        while (!ended)
        {
            var count = Kernel.Wait(epoll, ready, 50);
            for (var index = 0; index < count; index++)
            {
                var (events, number) = ready[index];
                Volatile.Read(ref links[number])?.OnReady(events, buffer);
            }
        }
    }
}
