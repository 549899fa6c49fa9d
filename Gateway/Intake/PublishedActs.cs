using System.Net;
using System.Text.Json;
using Gateway.Access;
using Gateway.Broker;

namespace Gateway.Intake;

/// <summary>
/// What people and programs publish goes on the audit trail, and what anybody may not. What scanners say and what programs report of jobs has its
/// own history; where nobody says who they are, nobody can be told of.
/// </summary>
internal sealed class PublishedActs(AuditTrail trail)
{
    private const string OfScanners = "scanners/";
    private const string OfJobs = "jobs/";

    private static readonly string Devices = Identity.Device("").Owner;

    /// <summary>After it was committed, or refused.</summary>
    public void Tell(PublishUnit unit, ReasonCode reason)
    {
        if (unit.Owner is not { } owner || owner == Identity.Anonymous.Owner)
        {
            return;
        }

        var topic = unit.Message.Topic;
        if (unit.Forbidden)
        {
            var remote = (unit.Remote as IPEndPoint)?.Address;
            trail.Refuse(ActOf(owner, topic, topic, ReasonCode.NotAuthorized, unit.Remote), remote, isProven: true);
        }
        else if (!owner.StartsWith(Devices, StringComparison.Ordinal) && !topic.StartsWith(OfJobs, StringComparison.Ordinal))
        {
            var parts = topic.StartsWith(OfScanners, StringComparison.Ordinal) ? topic.Split('/') : [];
            var isCommand = parts is [_, _, "commands"];
            var what = isCommand || parts.Length < 2 ? topic : $"{parts[0]}/{parts[1]}";
            if (isCommand || trail.IsNews(owner, what))
            {
                trail.Publish(ActOf(owner, topic, what, reason, unit.Remote, isCommand ? CommandIn(unit.Message.Payload) : null));
            }
        }
    }

    private static AuditAct ActOf(string owner, string topic, string what, ReasonCode reason, EndPoint? remote, string? command = null) => new(
        owner, "PUBLISH", topic, what, (int)reason, Network.Text((remote as IPEndPoint)?.Address),
        command is null ? null : new Dictionary<string, AuditChange> { ["do"] = new(null, command) });

    private static string? CommandIn(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("do", out var command)
                && command.ValueKind == JsonValueKind.String && command.GetString() is { Length: < 64 } text ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
