using System.Collections.Concurrent;
using System.Net;
using Gateway.Contract;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Access;

/// <summary>Counts the connections of every port, in total and per address, before a byte of them is read; one too many is closed at once.</summary>
internal sealed class ConnectionLimit(LimitsOptions options, LimitBook book, TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly object HasBegun = new();

    private readonly ConcurrentDictionary<string, int> _perAddress = new();

    private int _total;

    /// <summary>What is waited for before a client is known to mean it: a handshake, a request's head.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>It has said something whole; whoever goes after <see cref="Patience"/> without that was cut off for being slow.</summary>
    public static void Began(IDictionary<object, object?> connection) => connection[HasBegun] = true;

    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var came = time.GetTimestamp();
        var key = book.KeyOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        var total = Interlocked.Increment(ref _total);
        var own = key is null ? 0 : _perAddress.AddOrUpdate(key, 1, (_, count) => count + 1);
        try
        {
            if (IsBeyond(own, options.ConnectionsPerAddress))
            {
                book.Bit("connections_per_address", key!);
            }
            else if (IsBeyond(total, options.Connections))
            {
                book.Bit("connections", "everybody");
            }
            else
            {
                await next(connection);
                if (WasCutOff(connection, time.GetElapsedTime(came)))
                {
                    book.Bit("slow_start", key ?? "this machine");
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _total);
            if (key is not null)
            {
                Leave(key);
            }
        }
    };

    // Browsers open connections ahead, and keep them silent until one side has had enough.
    private static bool WasCutOff(ConnectionContext connection, TimeSpan lasted) => lasted >= Patience && lasted < Silence
        && !connection.Items.ContainsKey(HasBegun) && !connection.ConnectionClosed.IsCancellationRequested;

    private static bool IsBeyond(int count, int limit) => limit > 0 && count > limit;

    // The last one takes the entry along, unless somebody came meanwhile.
    private void Leave(string key)
    {
        if (_perAddress.AddOrUpdate(key, 0, (_, count) => count - 1) <= 0)
        {
            _perAddress.TryRemove(new(key, 0));
        }
    }
}
