using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.WebSockets;

/// <summary>The frames that pages are sent, as the contract spells them.</summary>
internal static class Frames
{
    private static readonly byte[] PrefixOnChannel = """{"op":"event","""u8.ToArray();

    public static byte[] Reply(string op, string? id, Action<Utf8JsonWriter>? fields = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, StateJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("op"u8, op);
            if (id is not null)
            {
                writer.WritePropertyName("id"u8);
                writer.WriteRawValue(id);
            }

            fields?.Invoke(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="channel">That it is about, where it answers no request.</param>
    public static byte[] Error(string? id, string code, string message, StreamName? channel = null) => Reply("error", id, writer =>
    {
        writer.WriteString("code"u8, code);
        if (channel is { } name)
        {
            writer.WriteString("channel"u8, name.ToString());
        }

        writer.WriteString("message"u8, message);
    });

    public static byte[] Subscribed(string? id, OpenSubscription opened) =>
        Reply("subscribed", id, writer => WriteStart(writer, opened.Snapshot, opened.Resume.Reset));

    /// <summary>The same in mid-stream: what would come next is no longer kept.</summary>
    public static byte[] Anew(StreamSnapshot snapshot) => Reply("subscribed", id: null, writer => WriteStart(writer, snapshot, isReset: true));

    /// <summary>The fields of "subscribed", the same over every transport.</summary>
    public static void WriteStart(Utf8JsonWriter writer, StreamSnapshot snapshot, bool isReset)
    {
        writer.WriteString("channel"u8, snapshot.Name.ToString());
        writer.WriteString("epoch"u8, snapshot.Epoch);
        writer.WriteNumber(snapshot.Name.CursorField, snapshot.Head);
        writer.WriteBoolean("reset"u8, isReset);
        writer.WritePropertyName("state"u8);
        writer.WriteRawValue(snapshot.State.Span, skipInputValidation: true);
    }

    public static byte[] State(StreamSnapshot snapshot) => Reply("state", id: null, writer =>
    {
        writer.WriteString("channel"u8, snapshot.Name.ToString());
        writer.WriteNumber(snapshot.Name.CursorField, snapshot.Head);
        writer.WritePropertyName("state"u8);
        writer.WriteRawValue(snapshot.State.Span, skipInputValidation: true);
    });

    /// <param name="circle">Says what somebody is on this channel, before what they are anywhere.</param>
    public static byte[] Presence(string? id, StreamName name, IReadOnlyList<Member> members, ICircle? circle) => Reply("presence", id, writer =>
    {
        writer.WriteString("channel"u8, name.ToString());
        writer.WriteStartArray("members"u8);
        foreach (var member in members)
        {
            writer.WriteStartObject();
            WriteMember(writer, member, circle);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    public static byte[] Change(StreamName name, PresenceChange change, ICircle? circle)
    {
        var op = change.Signal is not null ? "signal" : change.Joined ? "join" : "leave";
        return Reply(op, id: null, writer =>
        {
            writer.WriteString("channel"u8, name.ToString());
            WriteMember(writer, change.Member, circle);
            if (change.Signal is { } data)
            {
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(data.GetRawText(), skipInputValidation: true);
            }
        });
    }

    public static byte[] Timed(string op, string? id, DateTimeOffset at) => Reply(op, id, writer => writer.WriteString("at"u8, ContractJson.Time(at)));

    /// <summary>What stands before the fields of an event; the event itself is serialised once, whoever gets it.</summary>
    public static byte[] EventPrefix(StreamName name) =>
        name.IsFeed ? Encoding.UTF8.GetBytes($$"""{"op":"event","feed":"{{name.Kind}}",""") : PrefixOnChannel;

    private static void WriteMember(Utf8JsonWriter writer, Member member, ICircle? circle)
    {
        writer.WriteString("user"u8, member.User);
        writer.WriteString("role"u8, circle?.RoleOf(member.User) ?? member.Role);
        writer.WriteString("since"u8, ContractJson.Time(member.Since));
    }
}
