using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Bench;

/// <summary>A server under measurement, in a process and a folder of its own.</summary>
internal abstract class Peer : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly double TicksPerSecond = 100; // USER_HZ of every Linux that .NET runs on
    private readonly List<Task> drains = [];
    private Process? process;

    protected Peer(string name, string folder)
    {
        Name = name;
        Folder = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
    }

    public string Name { get; }

    public string Folder { get; }

    public int MqttPort { get; protected set; }

    public int PagePort { get; protected set; }

    public TimeSpan ReadyAfter { get; private set; }

    public double IdleMegabytes { get; private set; }

    /// <summary>CPU time of the process so far, in seconds: fields 14 and 15 of proc(5) stat.</summary>
    public double CpuSeconds
    {
        get
        {
            var text = File.ReadAllText($"/proc/{process!.Id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11]) + long.Parse(fields[12])) / TicksPerSecond;
        }
    }

    public double Megabytes => File.ReadLines($"/proc/{process!.Id}/status").Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).Single();

    /// <summary>How often its threads have given up a processor so far.</summary>
    public long Switches => Directory.EnumerateDirectories($"/proc/{process!.Id}/task").Sum(SwitchesOf);

    public async Task StartAsync(CancellationToken cancellation)
    {
        await LaunchAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        IdleMegabytes = Megabytes;
    }

    /// <summary>Kills it and starts it again on what it left on disk; done when it is ready.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        process!.Kill();
        await process.WaitForExitAsync(cancellation);
        await Task.WhenAll(drains);
        drains.Clear();
        process.Dispose();
        await LaunchAsync(cancellation);
    }

    /// <summary>A job of its own to report on; its name as both sides know it.</summary>
    public abstract Task<string> NewJobAsync(int index);

    /// <summary>A page that follows the job.</summary>
    public abstract PageLink NewPage(string job, int index);

    /// <summary>Connects one page that follows the channel or topic; hears every frame with an event.</summary>
    public abstract Task<IAsyncDisposable> OpenPageAsync(StreamTarget target, FrameHandler frame);

    /// <summary>Makes one stream: what a scanner publishes to and what a page follows.</summary>
    public abstract Task<StreamTarget> PrepareAsync(int index, string stream, FrameHandler frame);

    public async ValueTask DisposeAsync()
    {
        if (process is null)
        {
            return;
        }
        if (!process.HasExited && Kernel.Signal(process.Id, SigTerm) == 0)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{Name} did not stop within 10 s of SIGTERM and was killed");
                process.Kill();
            }
        }
        await Task.WhenAll(drains);
        process.Dispose();
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var start = StartInfo();
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"); // is the generator's alone
        process = Process.Start(start)!;
        process.EnableRaisingEvents = true;
        Drain(process.StandardError, "stderr.log");
        await UntilReadyAsync(process, cancellation);
        ReadyAfter = Stopwatch.GetElapsedTime(started);
    }

    private static long SwitchesOf(string thread)
    {
        try
        {
            return File.ReadLines($"{thread}/status").Where(line => line.Contains("ctxt_switches", StringComparison.Ordinal))
                .Sum(line => long.Parse(line[(line.IndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    protected abstract ProcessStartInfo StartInfo();

    protected abstract Task UntilReadyAsync(Process started, CancellationToken cancellation);

    protected Exception Died() => new IOException($"{Name} ended before it was ready; see {Folder}/stderr.log");

    /// <summary>Keeps what the process says: a full pipe would stop it.</summary>
    protected void Drain(StreamReader output, string file) => drains.Add(DrainAsync(output, Path.Combine(Folder, file)));

    private static async Task DrainAsync(StreamReader output, string file)
    {
        await using var log = File.CreateText(file);
        while (await output.ReadLineAsync() is { } line)
        {
            await log.WriteLineAsync(line);
            await log.FlushAsync();
        }
    }

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

internal delegate void FrameHandler(int stream, ReadOnlySpan<byte> frame);

/// <summary>One stream: its publisher, where it publishes, and how one of its messages looks.</summary>
internal sealed record StreamTarget(int Index, MqttClient Publisher, string Topic, string Channel, bool Retained, Func<int, string> Payload) : IAsyncDisposable
{
    public IAsyncDisposable? Page { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (Page is not null)
        {
            await Page.DisposeAsync();
        }
        await Publisher.DisposeAsync();
    }
}
