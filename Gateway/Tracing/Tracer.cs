using Gateway.Channels;
using Gateway.Contract;
using Gateway.Intake;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tracing;

/// <summary>Gathers what is known of an enrollment's scans: journal, quarantine, scanner, and the receipts of pages.</summary>
internal sealed class Tracer(IJournal journal, Receipts receipts, CommitTimes commits)
{
    private const int MostEvents = 1000;
    private const int MostMisfits = 100;

    // Of a scanner's newest events, to find when it went offline.
    private const int DeviceEventsRead = 100;

    /// <summary>Null when there is no such enrollment.</summary>
    public async Task<TraceFacts?> FactsAsync(string id, CancellationToken cancellation)
    {
        if (!ChannelName.TryParse($"{EnrollmentDesk.Kind}/{id}", out var channel) || await journal.SnapshotAsync(channel, cancellation) is not { } snapshot)
        {
            return null;
        }

        var state = ContractJson.Read<EnrollmentState>(snapshot.State.Span);
        var open = journal.Document(EnrollmentRecords.Open, id) is { } body ? ContractJson.Read<OpenEnrollment>(body) : null;
        var captures = await CapturesAsync(channel, cancellation);
        return new()
        {
            Enrollment = state,
            Scanner = await ScannerAsync(state.Device, cancellation),
            Captures = captures,
            Held = [.. open?.HeldScans.Select(held =>
                new CaptureFact(held.Step, Seq: 0, held.At ?? held.Source.Received, held.Source.Received, held.HeldAt ?? held.Source.Received)) ?? []],
            IsTold = open?.Command is not null,
            IsUnanswered = open?.Command is { } command && DeviceCommand.Load(journal).Any(unanswered => unanswered.Id == command),
            Misfits = Misfits(id),
            Pages = await PagesAsync(channel, captures, cancellation),
        };
    }

    /// <summary>What is in quarantine under this enrollment's name, newest first.</summary>
    public IReadOnlyList<MisfitFact> Misfits(string id) => DocumentList.Read(journal, Quarantine.Collection, before: null, MostMisfits, kept =>
    {
        var item = Quarantine.Read(kept.Value);
        return item.Topic.Split('/') is ["scanners", _, "enrollments", var named, .. var rest] && named == id
            ? new MisfitFact(rest is ["scans", var step] && int.TryParse(step, out var number) ? number : null, item.At, item.Code, item.Message)
            : null;
    }).Items;

    private async Task<IReadOnlyList<PageFact>> PagesAsync(ChannelName channel, IReadOnlyList<CaptureFact> captures, CancellationToken cancellation)
    {
        var lines = await receipts.OfAsync(StreamName.Of(channel), cancellation);

        // Who only looked is no page that something did not reach.
        List<PageFact> pages = [];
        foreach (var line in lines.Where(line => line.IsOpen || line.Through > 0))
        {
            var page = new PageFact(line.Subscriber, captures.ToDictionary(capture => capture.Seq, capture => line.Of(capture.Seq)), line.CanAcknowledge);
            if (line.CanAcknowledge || line.IsOpen || page.Receipts.Values.Any(receipt => receipt.Connected is not null))
            {
                pages.Add(page);
            }
        }

        return pages;
    }

    private async Task<IReadOnlyList<CaptureFact>> CapturesAsync(ChannelName channel, CancellationToken cancellation)
    {
        var events = await journal.ReadAsync(channel, after: 0, MostEvents, cancellation);
        return [.. events.Where(stored => stored.Type == EnrollmentEvents.Progress).Select(stored =>
        {
            var data = stored.Read<EnrollmentEvents.ProgressData>();
            var committed = commits.Of(journal, stored, data.Step);

            // An event that is not back-dated bears the time of its commit, which is after its arrival.
            DateTimeOffset? device = data.Source is { } source ? (stored.At < source.Received ? stored.At : source.Received) : null;
            return new CaptureFact(data.Step, stored.Seq, device, data.Source?.Received, committed);
        })];
    }

    private async Task<ScannerFact?> ScannerAsync(string device, CancellationToken cancellation)
    {
        var channel = Devices.ChannelOf(device);
        if (await journal.SnapshotAsync(channel, cancellation) is not { } snapshot
            || ContractJson.Read<DeviceState>(snapshot.State.Span) is not { Exists: true } state)
        {
            return null;
        }

        if (state.Online)
        {
            return new(IsOnline: true, Sensor: state.Sensor);
        }

        var events = await journal.ReadAsync(channel, Math.Max(0, snapshot.Seq - DeviceEventsRead), DeviceEventsRead, cancellation);
        return new(IsOnline: false, events.LastOrDefault(stored => stored.Type == DeviceEvents.Offline)?.At, state.Sensor);
    }
}
