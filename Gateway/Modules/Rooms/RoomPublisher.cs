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
            var role = RoomLog.Word(room.RoleOf(author));
            RoomLog.Spoken(log, room.Id, RoomLog.Word(author.User), role, spoken.Id, spoken.Seq, room.Participants.Count);
            watch.Spoken(room.Id, new(spoken.Id, spoken.Seq, author.User, spoken.At));
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
    private static partial void Slow(ILogger logger, string room, string user, string? role, string message, long seq, string presence, int seconds);

    public static void Slow(ILogger logger, string room, Party party, SaidMessage message, string presence, int seconds) =>
        Slow(logger, room, Word(party.User), Word(party.Role), message.Id, message.Seq, presence, seconds);

    [LoggerMessage(4403, LogLevel.Information, "room={Room} user={User} role={Role} message={Message} seq={Seq}: {End}")]
    private static partial void NotSlow(ILogger logger, string room, string user, string? role, string message, long seq, string end);

    public static void NotSlow(ILogger logger, string room, Party party, SaidMessage newest, string end) =>
        NotSlow(logger, room, Word(party.User), Word(party.Role), newest.Id, newest.Seq, end);

    [LoggerMessage(4405, LogLevel.Debug, "who is slow in rooms is not known at the moment: {Why}")]
    public static partial void NotLooked(ILogger logger, string why);

    [LoggerMessage(4404, LogLevel.Information, "room={Room} user={User} role={Role} message={Message} seq={Seq}: {Change}")]
    public static partial void Changed(ILogger logger, string room, string user, string? role, string message, long seq, string change);
}
