using System.Runtime.CompilerServices;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>The last messages of the rooms in which something was said lately.</summary>
internal static class RoomTail
{
    private const int Rooms = 1_000;
    private const int RoomsOfAPage = 100;
    private const int Events = 200;

    private static readonly TimeSpan Lately = TimeSpan.FromDays(7);

    public static async IAsyncEnumerable<(string Room, SaidMessage Message)> OfAllAsync(
        IJournal journal, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long? before = null;
        for (var read = 0; read < Rooms; read += RoomsOfAPage)
        {
            var page = await journal.ListAsync(RoomDesk.Kind, before, RoomsOfAPage, cancellation);
            foreach (var item in page.Items)
            {
                var last = ContractJson.Read<RoomState>(item.State.Span).Last;
                foreach (var message in last?.At > now - Lately ? await OfAsync(journal, item.Channel, last.Seq, cancellation) : [])
                {
                    yield return (item.Channel.Id, message);
                }
            }

            before = page.Next;
            if (before is null)
            {
                yield break;
            }
        }
    }

    public static async Task<IEnumerable<SaidMessage>> OfAsync(IJournal journal, ChannelName room, CancellationToken cancellation) =>
        await journal.SnapshotAsync(room, cancellation) is { } snapshot && ContractJson.Read<RoomState>(snapshot.State.Span).Last is { } last
            ? await OfAsync(journal, room, last.Seq, cancellation)
            : [];

    private static async Task<IEnumerable<SaidMessage>> OfAsync(IJournal journal, ChannelName room, long last, CancellationToken cancellation) =>
        (await journal.ReadAsync(room, Math.Max(0, last - Events), Events, cancellation))
            .Where(stored => stored.Type == RoomEvents.Message)
            .Select(stored => (Stored: stored, Head: stored.Read<RoomEvents.MessageHead>()))
            .Select(said => new SaidMessage(said.Head.Id, said.Stored.Seq, said.Head.User, said.Stored.At));
}
