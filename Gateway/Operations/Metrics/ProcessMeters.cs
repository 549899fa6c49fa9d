using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace Gateway.Operations.Metrics;

/// <summary>The process itself, under the names that dashboards for Prometheus know already.</summary>
internal sealed class ProcessMeters : IDisposable
{
    private readonly Meter _meter = new("Gateway.Process");

    public ProcessMeters(TimeProvider time)
    {
        var startedAt = time.GetTimestamp();
        var version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3);
        _meter.CreateObservableGauge(
            "gateway_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, "Its label is the version.");
        _meter.CreateObservableGauge("process_uptime_seconds", () => time.GetElapsedTime(startedAt).TotalSeconds, null, "Seconds since the start.");
        Observe("process_start_time_seconds", process => (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds, "When the process started.");
        Observe("process_resident_memory_bytes", process => process.WorkingSet64, "Memory that is in RAM.");
        Observe("process_virtual_memory_bytes", process => process.VirtualMemorySize64, "Address space in use.");
        Observe("process_threads", process => process.Threads.Count, "Threads of the operating system.");
        Observe("process_open_fds", process => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount, "Open files.");
        _meter.CreateObservableCounter("process_cpu_seconds_total", () => Of(process => process.TotalProcessorTime.TotalSeconds), null, "CPU time used.");
        CreateRuntime();
    }

    public void Dispose() => _meter.Dispose();

    private static double Of(Func<Process, double> figure)
    {
        using var process = Process.GetCurrentProcess();
        return figure(process);
    }

    private static IEnumerable<Measurement<long>> Collections() => Enumerable.Range(0, GC.MaxGeneration + 1)
        .Select(generation => new Measurement<long>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", generation)));

    private void Observe(string name, Func<Process, double> figure, string help) => _meter.CreateObservableGauge(name, () => Of(figure), null, help);

    private void CreateRuntime()
    {
        _meter.CreateObservableCounter("dotnet_gc_collections_total", Collections, null, "Collections; an older generation's count in the younger too.");
        _meter.CreateObservableCounter("dotnet_gc_pause_seconds_total", () => GC.GetTotalPauseDuration().TotalSeconds, null, "Time stood still for them.");
        _meter.CreateObservableCounter("dotnet_gc_allocated_bytes_total", () => GC.GetTotalAllocatedBytes(), null, "Bytes ever allocated.");
        _meter.CreateObservableGauge("dotnet_gc_heap_bytes", () => GC.GetTotalMemory(forceFullCollection: false), null, "Bytes in use on the managed heap.");
        _meter.CreateObservableGauge("dotnet_threadpool_threads", () => ThreadPool.ThreadCount, null, "Threads of the pool.");
        _meter.CreateObservableGauge("dotnet_threadpool_queue", () => ThreadPool.PendingWorkItemCount, null, "Work that waits for a thread of the pool.");
    }
}
