using System.Diagnostics;
using System.Text;

namespace Gateway.Bench;

/// <summary>Publishes over all streams of one peer and clocks each message at its acknowledgement and at its frame.</summary>
internal sealed class Load(Peer peer, Options options) : IAsyncDisposable
{
    private const int Kept = 1 << 16; // messages under way per stream whose moments are remembered

    private readonly Lane[] lanes = [.. Enumerable.Range(0, options.Scanners).Select(_ => new Lane())];
    private readonly StreamTarget[] targets = new StreamTarget[options.Scanners];
    private volatile bool windowed;

    public async Task PrepareAsync()
    {
        for (var index = 0; index < targets.Length; index++)
        {
            targets[index] = await peer.PrepareAsync(index, options.Stream, OnFrame);
            var lane = lanes[index];
            var stream = index;
            targets[index].Publisher.Acknowledged = packetId => OnAcknowledged(stream, lane, packetId);
        }
    }

    /// <summary>A steady rate, spread over the streams in turn, for the given time.</summary>
    public async Task AtRateAsync(int rate, double seconds, Measured into, CancellationToken cancellation)
    {
        Begin();
        var cpu = peer.CpuSeconds;
        var started = Stopwatch.GetTimestamp();
        var count = (int)(rate * seconds);
        await Task.Factory.StartNew(() => Pace(rate, count, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        into.Seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        await UntilDeliveredAsync(count, cancellation);
        into.CpuSeconds += peer.CpuSeconds - cpu;
        End(into);
    }

    /// <summary>As fast as it goes with so many unacknowledged messages per stream; what is delivered within the time counts.</summary>
    public async Task AtFullSpeedAsync(double seconds, Measured into, CancellationToken cancellation)
    {
        Begin();
        windowed = true;
        var started = Stopwatch.GetTimestamp();
        for (var message = 0; message < options.Window * lanes.Length; message++)
        {
            Send(message % lanes.Length);
        }
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        into.Delivered += lanes.Sum(lane => lane.Delivered);
        into.Seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        windowed = false;
        await UntilDeliveredAsync(lanes.Sum(lane => (long)lane.Sent), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in targets.Where(target => target is not null))
        {
            await target.DisposeAsync();
        }
    }

    private void Pace(int rate, int count, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        for (var message = 0; message < count && !cancellation.IsCancellationRequested; message++)
        {
            Kernel.SleepUntil(started + (long)(message * (double)Stopwatch.Frequency / rate));
            Send(message % lanes.Length);
        }
    }

    private void Send(int stream)
    {
        var (lane, target) = (lanes[stream], targets[stream]);
        lock (lane)
        {
            var number = ++lane.Number;
            lane.Sent++;
            var packet = MqttClient.Publish(target.Topic, (ushort)((number % 65535) + 1), target.Retained, Encoding.UTF8.GetBytes(target.Payload(number)));
            Volatile.Write(ref lane.SentAt[number % Kept], Stopwatch.GetTimestamp());
            target.Publisher.Send(packet);
        }
    }

    private void OnFrame(int stream, ReadOnlySpan<byte> frame)
    {
        var now = Stopwatch.GetTimestamp();
        var number = Payloads.NumberIn(frame, options.Stream);
        if (number > 0)
        {
            lanes[stream].Frames.Add(now - Volatile.Read(ref lanes[stream].SentAt[number % Kept]));
            lanes[stream].Delivered++;
        }
    }

    private void OnAcknowledged(int stream, Lane lane, int packetId)
    {
        var now = Stopwatch.GetTimestamp();
        var number = lane.Acknowledged++ + 1; // PUBACKs come in the order of the PUBLISHes
        if ((number % 65535) + 1 == packetId)
        {
            lane.Acknowledgements.Add(now - Volatile.Read(ref lane.SentAt[number % Kept]));
        }
        if (windowed)
        {
            Send(stream);
        }
    }

    private void Begin()
    {
        foreach (var lane in lanes)
        {
            lane.Acknowledged = lane.Number;
            lane.Sent = 0;
            lane.Delivered = 0;
            lane.Frames.Clear();
            lane.Acknowledgements.Clear();
        }
    }

    private void End(Measured into)
    {
        foreach (var lane in lanes)
        {
            into.Frames.Add(lane.Frames);
            into.Acknowledgements.Add(lane.Acknowledgements);
            into.Sent += lane.Sent;
            into.Delivered += lane.Delivered;
        }
    }

    /// <summary>A peer that fell behind may finish, so that it does not disturb the next; what is not moving any more counts as not delivered.</summary>
    private async Task UntilDeliveredAsync(long count, CancellationToken cancellation)
    {
        long before = -1, now;
        while ((now = lanes.Sum(lane => (long)lane.Delivered)) < count && now > before)
        {
            before = now;
            await Task.Delay(500, cancellation);
        }
        await Task.Delay(100, cancellation);
    }

    /// <summary>One stream's numbers. Sending is under the lane's lock; frames and acknowledgements belong to their receiving loops.</summary>
    private sealed class Lane
    {
        public readonly long[] SentAt = new long[Kept];

        public int Number { get; set; }

        public int Sent { get; set; }

        public int Acknowledged { get; set; }

        public int Delivered { get; set; }

        public Times Frames { get; } = new();

        public Times Acknowledgements { get; } = new();
    }
}
