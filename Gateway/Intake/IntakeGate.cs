using Gateway.Access;
using Gateway.Broker;
using Gateway.Modules;
using Gateway.Storage;

namespace Gateway.Intake;

/// <summary>
/// The interceptor: hands what is published to the module whose topic it is, inside the one commit that also retains the message; what does
/// not fit goes to the quarantine. Everything else passes as ordinary MQTT.
/// </summary>
internal sealed class IntakeGate(
    IStore store, IEnumerable<IModuleTopics> modules, QuarantineKeeper keeper, PublishedActs acts, TimeProvider time) : IPublishGate
{
    private readonly IModuleTopics[] _modules = [.. modules];

    public void Submit(PublishUnit unit)
    {
        if (IsMomentary(unit.Message))
        {
            unit.IgnoreRetain();
        }

        if (unit.Owner is null || IsClearing(unit))
        {
            Pass(unit);
            return;
        }

        var work = Understand(unit, unit.Owner);
        if (work is null)
        {
            Pass(unit);
        }
        else
        {
            store.Submit(work);
        }
    }

    /// <exception cref="MalformedMessageException">The topic is a module's, but the payload is not.</exception>
    internal ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival)
    {
        foreach (var module in _modules)
        {
            if (module.Read(topic, payload, arrival) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    // What is of the moment is nothing to a later subscriber: retained, an answer or a command would come again for ever.
    private static bool IsMomentary(Message message) => message is { Retain: true, Payload.IsEmpty: false } && message.Topic.Split('/') is
        ["scanners", _, "acks" or "commands" or "identifications"] or ["jobs", _, "events"];

    // An empty retained payload takes the topic back, as everywhere in MQTT; it says nothing of a scan.
    private static bool IsClearing(PublishUnit unit) => unit.Message is { Retain: true, Payload.IsEmpty: true } && !unit.Forbidden;

    private IntakeWork? Understand(PublishUnit unit, string owner)
    {
        if (unit.Forbidden)
        {
            return new(unit, null, new(RefusalCode.Forbidden, $"{owner} may not publish to this topic"), keeper, acts);
        }

        try
        {
            var message = Read(unit.Message.Topic, unit.Message.Payload, new(time.GetUtcNow(), owner, IsAnonymous: owner == Identity.Anonymous.Owner));
            return message is null ? null : new(unit, message, null, keeper, acts);
        }
        catch (MalformedMessageException error)
        {
            return new(unit, null, new(RefusalCode.Malformed, error.Message), keeper, acts);
        }
    }

    private void Pass(PublishUnit unit)
    {
        if (unit.NeedsStore)
        {
            store.Submit(new PassedMessage(unit, acts));
        }
        else
        {
            unit.Completed(PublishVerdict.Accepted, failure: null);
            acts.Tell(unit, ReasonCode.Success);
        }
    }

    private sealed class PassedMessage(PublishUnit unit, PublishedActs acts) : IStoreWork
    {
        public void Write(StoreTransaction transaction) => unit.Write(transaction.Broker, PublishVerdict.Accepted);

        public void Completed(Exception? failure)
        {
            unit.Completed(PublishVerdict.Accepted, failure);
            if (failure is null && !unit.IsVoid)
            {
                acts.Tell(unit, ReasonCode.Success);
            }
        }
    }
}
