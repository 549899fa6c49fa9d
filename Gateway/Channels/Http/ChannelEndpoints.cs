using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.Http;

/// <summary>Channels and feeds over plain HTTP: snapshot, events with and without waiting, event streams, acknowledgements, receipts.</summary>
internal sealed class ChannelEndpoints(StreamSource source, EventPoll poll, EventStream stream, Receipts receipts, ITicketDesk desk)
{
    private const int MaxClient = 128;
    private const int MaxAckBytes = 4_096;
    private const int DefaultReceipts = 200;
    private const int MaxReceipts = 1_000;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var kind in source.Kinds)
        {
            var feed = StreamName.FeedOf(kind);
            MapStream(endpoints, $"/api/{kind}", _ => feed);
            StreamName Parse(string id) => StreamName.TryParse($"{kind}/{id}", out var name) && !name.IsFeed ? name : throw Unknown(kind, id);
            MapStream(endpoints, $"/api/{kind}/{{id}}", Parse);
            endpoints.MapGet($"/api/{kind}/{{id}}", (HttpContext context) => AnswerAsync(context, Parse, SnapshotAsync));
        }
    }

    private void MapStream(IEndpointRouteBuilder endpoints, string path, Func<string, StreamName> parse)
    {
        endpoints.MapGet($"{path}/events", (HttpContext context) => AnswerAsync(context, parse, EventsAsync));
        endpoints.MapPost($"{path}/acks", (HttpContext context) => AnswerAsync(context, parse, AcknowledgeAsync));
        endpoints.MapGet($"{path}/receipts", (HttpContext context) => AnswerAsync(context, parse, ReceiptsAsync));
    }

    private async Task AnswerAsync(
        HttpContext context, Func<string, StreamName> parse, Func<StreamName, ISubscriberRights, HttpContext, Task<IResult>> answer)
    {
        IResult result;
        try
        {
            var name = parse(context.Request.RouteValues["id"] as string ?? "");
            var rights = desk.RightsOf(context);
            result = await rights.MaySubscribeAsync(name, context.RequestAborted) ? await answer(name, rights, context)
                : throw new RequestRefusedException(StatusCodes.Status403Forbidden, "forbidden", $"{name} is not yours to follow.");
        }
        catch (RequestRefusedException refused)
        {
            result = refused.ToResult();
        }

        await result.ExecuteAsync(context);
    }

    private async Task<IResult> SnapshotAsync(StreamName name, ISubscriberRights rights, HttpContext context)
    {
        var snapshot = await source.SnapshotAsync(name, context.RequestAborted) is { } found && !source.IsGone(found) ? found : throw Unknown(name);
        return Json(writer =>
        {
            writer.WriteString("channel"u8, name.ToString());
            writer.WriteString("epoch"u8, snapshot.Epoch);
            writer.WriteNumber(name.CursorField, snapshot.Head);
            writer.WritePropertyName("state"u8);
            writer.WriteRawValue(snapshot.State.Span, skipInputValidation: true);
        });
    }

    private async Task<IResult> EventsAsync(StreamName name, ISubscriberRights rights, HttpContext context)
    {
        if (context.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == "text/event-stream"))
        {
            return await stream.RunAsync(name, rights, Client(context), context) ? Results.Empty : throw Unknown(name);
        }

        var query = EventsQuery.Read(context.Request);
        var page = await poll.ReadAsync(name, query, Client(context) ?? Receipts.SubscriberOf(rights.User), rights, context) ?? throw Unknown(name);
        return Json(page.Write);
    }

    private async Task<IResult> AcknowledgeAsync(StreamName name, ISubscriberRights rights, HttpContext context)
    {
        if (!ContractJson.IsBodyOf(context.Request))
        {
            throw RequestRefusedException.Invalid("Content-Type", "The body is application/json.");
        }

        var snapshot = await source.SnapshotAsync(name, context.RequestAborted) ?? throw Unknown(name);
        var (through, client) = await ReadAckAsync(name, context);
        if (through > snapshot.Head)
        {
            throw RequestRefusedException.Invalid(name.CursorField, $"{name.CursorField} {through} is beyond the head, {snapshot.Head}.");
        }

        (await receipts.LineAsync(name, client, rights.User, context.RequestAborted)).Acknowledge(through);
        return Results.NoContent();
    }

    private static async Task<(long Through, string Client)> ReadAckAsync(StreamName name, HttpContext context)
    {
        try
        {
            var bytes = new byte[MaxAckBytes + 1];
            var length = await context.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted);
            if (length > MaxAckBytes)
            {
                throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, "too_big", $"The body is larger than {MaxAckBytes} bytes.");
            }

            var body = ContractJson.Parse(bytes.AsSpan(0, length));
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name.CursorField, out var cursor)
                || !ContractJson.TryWhole(cursor, out var through) || through < 0)
            {
                throw RequestRefusedException.Invalid(name.CursorField, $"{name.CursorField} is a whole number from 0.");
            }

            return body.TryGetProperty("client", out var client) && ContractJson.TextOf(client) is { Length: > 0 and <= MaxClient } text ? (through, text)
                : throw RequestRefusedException.Invalid("client", $"client is 1 to {MaxClient} characters.");
        }
        catch (JsonException)
        {
            throw RequestRefusedException.Invalid("body", "The body is a JSON object with a number and a client.");
        }
    }

    /// <summary>Newest first. All receipts of one event stand on one page; "next" is what to give as "before".</summary>
    private async Task<IResult> ReceiptsAsync(StreamName name, ISubscriberRights rights, HttpContext context)
    {
        var snapshot = await source.SnapshotAsync(name, context.RequestAborted) ?? throw Unknown(name);
        var limit = EventsQuery.Number(context.Request, "limit", 1, MaxReceipts) ?? DefaultReceipts;
        var cursor = Math.Min(EventsQuery.Number(context.Request, "before", 0, long.MaxValue) ?? long.MaxValue, snapshot.Head + 1);
        var circle = await rights.CircleAsync(name, context.RequestAborted);
        var lines = await receipts.OfAsync(name, circle?.Named ?? [], context.RequestAborted);
        return Json(writer =>
        {
            writer.WriteStartArray("items"u8);
            for (var written = 0L; written < limit && lines.Count > 0 && cursor > 1; written += lines.Count)
            {
                cursor--;
                foreach (var line in lines)
                {
                    WriteReceipt(writer, name, cursor, line);
                }
            }

            writer.WriteEndArray();
            WriteNext(writer, lines.Count > 0 && cursor > 1 ? cursor : null);
        });
    }

    private static void WriteReceipt(Utf8JsonWriter writer, StreamName name, long cursor, ReceiptLine line)
    {
        var receipt = line.Of(cursor);
        writer.WriteStartObject();
        writer.WriteNumber(name.CursorField, cursor);
        writer.WriteString("subscriber"u8, line.Subscriber);
        if (line.User is { } user)
        {
            writer.WriteString("user"u8, user);
        }

        WriteTime(writer, "connected", receipt.Connected);
        WriteTime(writer, "sent", receipt.Sent);
        WriteTime(writer, "acknowledged", receipt.Acknowledged);
        if (receipt.Read is not null)
        {
            WriteTime(writer, "read", receipt.Read);
        }

        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, string field, DateTimeOffset? at) =>
        writer.WriteString(field, at is { } known ? ContractJson.Time(known) : null);

    private static void WriteNext(Utf8JsonWriter writer, long? next)
    {
        writer.WritePropertyName("next"u8);
        writer.WriteRawValue(next?.ToString() ?? "null");
    }

    private static string? Client(HttpContext context)
    {
        var client = context.Request.Query["client"].ToString();
        return client.Length switch
        {
            0 => null,
            <= MaxClient => client,
            _ => throw RequestRefusedException.Invalid("client", $"client is 1 to {MaxClient} characters."),
        };
    }

    private static IResult Json(Action<Utf8JsonWriter> fields) => Results.Bytes(StateJson.Object(fields), "application/json");

    private static RequestRefusedException Unknown(StreamName name) => Unknown(name.Kind, name.Id ?? name.Kind);

    private static RequestRefusedException Unknown(string kind, string id) => RequestRefusedException.Unknown(kind.EndsWith('s') ? kind[..^1] : kind, id);
}
