namespace Gateway.Broker;

/// <summary>A message could not be committed: it is neither kept nor handed on.</summary>
internal sealed class BrokerStoreException : Exception
{
    public BrokerStoreException()
    {
    }

    public BrokerStoreException(string message)
        : base(message)
    {
    }

    public BrokerStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
