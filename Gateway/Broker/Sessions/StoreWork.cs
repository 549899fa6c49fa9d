namespace Gateway.Broker.Sessions;

/// <summary>A piece of work for the store that is not on the way of every message.</summary>
internal sealed class StoreWork(Action<IBrokerWrites> write, Action<Exception?> completed) : IBrokerWork
{
    public void Write(IBrokerWrites writes) => write(writes);

    public void Completed(Exception? failure) => completed(failure);
}
