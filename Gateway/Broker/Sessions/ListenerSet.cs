namespace Gateway.Broker.Sessions;

/// <summary>Who hears about connections.</summary>
internal sealed class ListenerSet
{
    // replaced as a whole, before the first connection
    private volatile IConnectionListener[] _listeners = [];

    public void Add(IConnectionListener listener) => _listeners = [.. _listeners, listener];

    public void Connected(ClientConnection connection)
    {
        foreach (var listener in _listeners)
        {
            listener.Connected(connection);
        }
    }

    public void Disconnected(ClientConnection connection)
    {
        foreach (var listener in _listeners)
        {
            listener.Disconnected(connection);
        }
    }

    public void Subscribed(ClientConnection connection, string filter)
    {
        foreach (var listener in _listeners)
        {
            listener.Subscribed(connection, filter);
        }
    }
}
