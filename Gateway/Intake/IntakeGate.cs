using Gateway.Access;
using Gateway.Broker;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Storage;

namespace Gateway.Intake;

/// <summary>
/// The interceptor: turns what scanners publish into commands of the modules, inside the one commit that also retains the message; what does
/// not fit goes to the quarantine. Everything else passes as ordinary MQTT.
/// </summary>
internal sealed class IntakeGate(IStore store, Enrollments enrollments, CommandPost post, TimeProvider time, ILogger<IntakeGate> log) : IPublishGate
{
    internal Enrollments Enrollments => enrollments;

    internal CommandPost Post => post;

    internal ILogger Log => log;

    public void Submit(PublishUnit unit)
    {
        if (unit.Client is null || IsClearing(unit))
        {
            Pass(unit);
            return;
        }

        var work = Understand(unit, unit.Client);
        if (work is null)
        {
            Pass(unit);
        }
        else
        {
            store.Submit(work);
        }
    }

    // An empty retained payload takes the topic back, as everywhere in MQTT; it says nothing of a scan.
    private static bool IsClearing(PublishUnit unit) => unit.Message is { Retain: true, Payload.IsEmpty: true } && !unit.Forbidden;

    private IntakeWork? Understand(PublishUnit unit, ClientConnection client)
    {
        if (unit.Forbidden)
        {
            return new(this, unit, null, new(RefusalCode.Forbidden, $"{client.Rights.Owner} may not publish to this topic"), isAnonymous: false);
        }

        try
        {
            var message = ScannerTopics.Read(unit.Message.Topic, unit.Message.Payload, time.GetUtcNow());
            return message is null ? null : new(this, unit, message, null, client.Rights is OpenRights { Identity.Kind: IdentityKind.Anonymous });
        }
        catch (MalformedMessageException error)
        {
            return new(this, unit, null, new(RefusalCode.Malformed, error.Message), isAnonymous: false);
        }
    }

    private void Pass(PublishUnit unit)
    {
        if (unit.NeedsStore)
        {
            store.Submit(new PassedMessage(unit));
        }
        else
        {
            unit.Completed(PublishVerdict.Accepted, failure: null);
        }
    }

    private sealed class PassedMessage(PublishUnit unit) : IStoreWork
    {
        public void Write(StoreTransaction transaction) => unit.Write(transaction.Broker, PublishVerdict.Accepted);

        public void Completed(Exception? failure) => unit.Completed(PublishVerdict.Accepted, failure);
    }
}
