using System.Text.Json;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Which scanner something belongs to: what the rights of a kiosk hang on.</summary>
internal sealed class ScannerOf(IJournalReader journal, IEnumerable<IKioskReach> reaches)
{
    private readonly Dictionary<string, IKioskReach> _reaches = reaches.ToDictionary(reach => reach.Kind, StringComparer.Ordinal);

    /// <summary>The same resource with its scanner, where it has one and exists; what else the kiosk has to do with counts as its scanner's.</summary>
    public async ValueTask<Resource> FindAsync(Resource what, Identity kiosk, CancellationToken cancellation) => what switch
    {
        { Kind: "devices", Id: { } device } => what with { Scanner = device },
        { Kind: "enrollments", Id: { } id } when ChannelName.TryParse($"enrollments/{id}", out var channel)
            && await journal.SnapshotAsync(channel, cancellation) is { } snapshot => what with { Scanner = DeviceIn(snapshot.State) },
        { Id: { } id } when _reaches.TryGetValue(what.Kind, out var reach)
            && await reach.ReachesAsync(kiosk, id, cancellation) => what with { Scanner = kiosk.Scanner },
        _ => what,
    };

    private static string? DeviceIn(ReadOnlyMemory<byte> state)
    {
        using var document = JsonDocument.Parse(state);
        return document.RootElement.TryGetProperty("device", out var device) ? device.GetString() : null;
    }
}
