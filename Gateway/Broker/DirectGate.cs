namespace Gateway.Broker;

/// <summary>The gate of a broker that stands alone: everything is accepted, the store is asked only where something must survive.</summary>
internal sealed class DirectGate(IBrokerStore store) : IPublishGate
{
    public void Submit(PublishUnit unit)
    {
        if (unit.NeedsStore)
        {
            store.Submit(new Kept(unit));
        }
        else
        {
            unit.Completed(PublishVerdict.Accepted, failure: null);
        }
    }

    private sealed class Kept(PublishUnit unit) : IBrokerWork
    {
        public void Write(IBrokerWrites writes) => unit.Write(writes, PublishVerdict.Accepted);

        public void Completed(Exception? failure) => unit.Completed(PublishVerdict.Accepted, failure);
    }
}
