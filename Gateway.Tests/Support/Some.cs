using System.Text;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Support;

/// <summary>Ordinary things; a test names only what matters to it.</summary>
internal static class Some
{
    public const string Device = "door-1";

    public const string EnrollmentId = "0198c0de-0000-7000-8000-000000000001";

    public static readonly DateTimeOffset Now = new(2026, 1, 3, 10, 0, 0, TimeSpan.Zero);

    // Owned by whoever asks: ids only have to differ.
    private static int _ids;

    public static EventSource Source(string device = Device) => new(device, $"7-{Interlocked.Increment(ref _ids)}", 1000, Now);

    public static ScanReported Scan(
        int step, ScanStatus status = ScanStatus.Progress, int of = 3, int slot = 0, string device = Device, int? quality = null, string? reason = null) =>
        new(status, step, of, slot, quality, reason, Source(device));

    public static ResultReported Success(int slot = 0, string device = Device) => new(Success: true, slot, Reason: null, Source(device));

    public static ResultReported Error(string? reason = "timeout", int slot = 0, string device = Device) => new(Success: false, slot, reason, Source(device));

    public static EnrollAnswered Answer(bool ok = true, string? reason = null) => new(ok, reason, Source());

    public static AnswerMessage AnswerTo(string command, string device = Device, bool ok = true) =>
        new(Source(device), $"scanners/{device}/acks {command} {ok}", command, ok, Reason: null) { Post = null!, Listeners = [] };

    public static EventDraft Requested(int scans = 3, int slot = 0) => EventDraft.Of(
        EnrollmentEvents.Requested, new EnrollmentEvents.RequestedData(Device, "Ada", slot, scans, Now + TimeSpan.FromSeconds(300)));

    public static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    public static string Json<T>(T value) => Encoding.UTF8.GetString(ContractJson.Write(value));
}
