using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.WebSockets;

/// <summary>What one page publishes: several on their way to the disk at once, answered in the order in which they were asked.</summary>
internal sealed class SocketPublishing(string connection, Outbox outbox, LiveServices services)
{
    // Owned by the reader loop. Ends when all that was begun has been answered.
    private Task _answered = Task.CompletedTask;

    public async ValueTask PublishAsync(SocketRequest request, string? id, ISubscriberRights rights, CancellationToken stop)
    {
        var name = request.Channel;
        var (data, key) = (request.Data, request.Key);
        await outbox.ReserveAsync(stop);
        _answered = AnswerAsync(_answered, TakeAsync(name, data, key, id, rights));
    }

    /// <summary>Called when the reader loop has ended.</summary>
    public Task EndAsync() => _answered;

    private async Task AnswerAsync(Task former, Task<byte[]> taking)
    {
        var frame = await taking;
        await former;
        outbox.Add(new Outgoing.Reply(frame));
    }

    private async Task<byte[]> TakeAsync(StreamName name, JsonElement data, string? key, string? id, ISubscriberRights rights)
    {
        if (!services.Publishers.TryFind(name, out var publisher))
        {
            return Frames.Error(id, "forbidden", $"nothing can be published on {name} from here");
        }

        if (!await rights.MayPublishAsync(name, CancellationToken.None))
        {
            return Frames.Error(id, "forbidden", $"{name} is not yours to publish on");
        }

        try
        {
            var seq = await publisher.PublishAsync(new(name.Channel, rights.User, rights.Role, rights.IsStaff, data, key));
            return Frames.Reply("published", id, writer => writer.WriteNumber("seq"u8, seq));
        }
        catch (RequestRefusedException refused)
        {
            return Frames.Error(id, CodeOf(refused), refused.Message);
        }
        catch (JournalUnavailableException unavailable)
        {
            return Frames.Error(id, "unavailable", unavailable.Message);
        }
        catch (Exception defect)
        {
            ChannelsLog.NotPublished(services.Log, defect, connection, name.ToString());
            return Frames.Error(id, "unavailable", "The service failed to take it; its log says why.");
        }
    }

    private static string CodeOf(RequestRefusedException refused) => refused.Status switch
    {
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "unknown_channel",
        StatusCodes.Status429TooManyRequests => "limit",
        _ => "bad_request",
    };
}
