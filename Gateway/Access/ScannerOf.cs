using System.Text.Json;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Which scanner something belongs to: what the rights of a kiosk hang on.</summary>
internal sealed class ScannerOf(IJournalReader journal)
{
    /// <summary>The same resource with its scanner, where it has one and exists.</summary>
    public async ValueTask<Resource> FindAsync(Resource what, CancellationToken cancellation) => what switch
    {
        { Kind: "devices", Id: { } device } => what with { Scanner = device },
        { Kind: "enrollments", Id: { } id } when ChannelName.TryParse($"enrollments/{id}", out var channel)
            && await journal.SnapshotAsync(channel, cancellation) is { } snapshot => what with { Scanner = DeviceIn(snapshot.State) },
        _ => what,
    };

    private static string? DeviceIn(ReadOnlyMemory<byte> state)
    {
        using var document = JsonDocument.Parse(state);
        return document.RootElement.TryGetProperty("device", out var device) ? device.GetString() : null;
    }
}
