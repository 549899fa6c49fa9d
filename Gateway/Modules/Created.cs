using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules;

/// <summary>What every creating POST answers: 201, where it is, and its state with channel, epoch and seq.</summary>
internal static class Created
{
    public static IResult At<TState>(ChannelName channel, string epoch, long seq, TState state, params ReadOnlySpan<(string Name, JsonNode Value)> once)
    {
        var body = JsonSerializer.SerializeToNode(state, ContractJson.Options)!.AsObject();
        body["channel"] = channel.ToString();
        body["epoch"] = epoch;
        body["seq"] = seq;
        foreach (var (name, value) in once)
        {
            body[name] = value;
        }

        return Results.Created($"/api/{channel}", body);
    }
}
