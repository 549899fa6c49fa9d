using System.Text;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>The way of a message into its room, from a page or over HTTP: on disk before anybody sees it.</summary>
internal sealed class RoomPublisher(IJournal journal, RoomWatch watch, ILogger<RoomPublisher> log) : IChannelPublisher
{
    public const int MaxData = 16 * 1024;

    public string Kind => RoomDesk.Kind;

    public async Task<long> PublishAsync(Publication publication)
    {
        var author = new RoomAuthor(publication.User, publication.Role, publication.IsStaff);
        var data = RequestBody.Fitting("data", publication.Data, MaxData);
        var (spoken, refusal) = await journal.WriteAsync(
            transaction => RoomDesk.Say(transaction, publication.Channel.Id, author, data, publication.Key));
        Spoken(spoken, author);
        return spoken?.Seq ?? throw refusal!;
    }

    /// <summary>After the commit.</summary>
    public void Spoken(Spoken? spoken, RoomAuthor author)
    {
        if (spoken is { IsRepeat: false, State: { } room })
        {
            var role = RoomLog.Word(room.Find(author.User)?.Role ?? author.Role);
            RoomLog.Spoken(log, room.Id, RoomLog.Word(author.User), role, spoken.Id, spoken.Seq, room.Participants.Count);
            watch.Spoken(spoken, author.User);
        }
    }
}

internal static partial class RoomLog
{
    /// <summary>As it stands behind a name and =. With anything in it that could pass for another field it is in quotation marks.</summary>
    public static string Word(string? text) => text is null ? "-"
        : text.All(sign => char.IsLetterOrDigit(sign) || sign is '-' or '_' or '.' or ':' or '@') ? text
        : Encoding.UTF8.GetString(ContractJson.Write(text));

    // One grep finds a room, a role, a user or a message: each stands as name=value on every line about it.
    [LoggerMessage(4400, LogLevel.Information, "room={Room} user={User} role={Role} message={Message} seq={Seq}: stored, for {Participants} participants")]
    public static partial void Spoken(ILogger logger, string room, string user, string? role, string message, long seq, int participants);

    [LoggerMessage(4401, LogLevel.Information, "room={Room} user={User} role={Role} {Change} by={By}")]
    public static partial void Member(ILogger logger, string room, string user, string? role, string change, string by);

    [LoggerMessage(
        4402, LogLevel.Warning, "room={Room} user={User} role={Role} message={Message} seq={Seq}: slow, {Presence}, no acknowledgement in {Seconds} s")]
    public static partial void Slow(ILogger logger, string room, string user, string? role, string message, long seq, string presence, int seconds);

    [LoggerMessage(4403, LogLevel.Information, "room={Room} user={User} role={Role}: caught up, seq={Seq}")]
    public static partial void CaughtUp(ILogger logger, string room, string user, string? role, long seq);

    [LoggerMessage(4404, LogLevel.Information, "room={Room} user={User} role={Role} message={Message}: {Change}")]
    public static partial void Changed(ILogger logger, string room, string user, string? role, string message, string change);
}
