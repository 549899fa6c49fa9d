using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Channels.Http;

/// <summary>For operators: who follows what at the moment, by which way, and how far behind.</summary>
internal sealed class ConnectionList(Connections connections)
{
    private const int DefaultLimit = 200;
    private const int MaxLimit = 1_000;

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/connections", (HttpContext context) =>
    {
        var limit = (int)(EventsQuery.Number(context.Request, "limit", 1, MaxLimit) ?? DefaultLimit);
        var before = context.Request.Query["before"].ToString();
        var all = connections.All();
        var page = all.SkipWhile(one => before.Length > 0 && one.Id != before).Skip(before.Length > 0 ? 1 : 0).Take(limit + 1).ToList();
        return Results.Bytes(StateJson.Object(writer => Write(writer, page, limit)), "application/json");
    });

    private static void Write(Utf8JsonWriter writer, List<LiveConnection> page, int limit)
    {
        writer.WriteStartArray("items"u8);
        foreach (var connection in page.Take(limit))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, connection.Id);
            writer.WriteString("user"u8, connection.User);
            writer.WriteString("role"u8, connection.Role);
            writer.WriteString("address"u8, Address(connection));
            writer.WriteString("transport"u8, connection.Transport);
            writer.WriteString("since"u8, ContractJson.Time(connection.Since));
            WriteChannels(writer, connection.Follows);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("next"u8, page.Count > limit ? page[limit - 1].Id : null);
    }

    private static string? Address(LiveConnection connection) =>
        (connection.Address is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : connection.Address)?.ToString();

    private static void WriteChannels(Utf8JsonWriter writer, IReadOnlyList<Followed> follows)
    {
        writer.WriteStartArray("channels"u8);
        foreach (var (name, client, progress) in follows)
        {
            writer.WriteStartObject();
            writer.WriteString("channel"u8, name.ToString());
            writer.WriteString("client"u8, client);
            writer.WriteNumber("cursor"u8, progress.Cursor);
            writer.WriteNumber("lag"u8, progress.Lag);
            writer.WriteNumber("queued"u8, progress.Queued);
            writer.WriteBoolean("live"u8, progress.IsLive);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
