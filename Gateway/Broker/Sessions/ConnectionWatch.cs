using System.Collections.Concurrent;
using Gateway.Broker.Protocol;
using Gateway.Broker.Transport;

namespace Gateway.Broker.Sessions;

/// <summary>One loop that looks after time for all connections and sessions: silence, delayed wills, expiry.</summary>
internal sealed class ConnectionWatch(TimeProvider time, ILogger log) : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<MqttLink, byte> _links = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Signal _emptied = new();
    private Task _loop = Task.CompletedTask;

    public void Add(MqttLink link) => _links.TryAdd(link, 0);

    public void Remove(MqttLink link)
    {
        _links.TryRemove(link, out _);
        if (_links.IsEmpty)
        {
            _emptied.Set();
        }
    }

    public void Start(SessionRegistry registry, SessionEnd end, ExpiryPurge purge, SysTopics sys, Admission admission) =>
        _loop = RunAsync(registry, end, purge, sys, admission);

    /// <summary>Waits until every connection is gone, then ends the loop; aborts what is still there when the caller's patience ends.</summary>
    public async Task StopAsync(CancellationToken abort)
    {
        using var impatient = abort.Register(AbortAll);
        foreach (var (link, _) in _links)
        {
            link.Close(new(ReasonCode.ServerShuttingDown, "the service is stopping"));
        }

        while (!_links.IsEmpty && !abort.IsCancellationRequested)
        {
            await _emptied.WaitAsync();
        }

        await _stopping.CancelAsync();
        await _loop;
    }

    public void Dispose() => _stopping.Dispose();

    private void AbortAll()
    {
        foreach (var (link, _) in _links)
        {
            link.Abort();
        }

        _emptied.Set();
    }

    private async Task RunAsync(SessionRegistry registry, SessionEnd end, ExpiryPurge purge, SysTopics sys, Admission admission)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                CloseSilent(admission);
                await EndDueAsync(registry, end);
                purge.RunWhenDue();
                sys.TellWhenDue();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception broken)
        {
            BrokerLog.WatchFailed(log, broken);
            throw;
        }
    }

    private void CloseSilent(Admission admission)
    {
        var now = time.GetTimestamp();
        foreach (var (link, _) in _links)
        {
            if (link.IsOverdue(now))
            {
                if (link is { IsAccepted: false, IsClosing: false })
                {
                    admission.GaveUp(link.Peer.Remote);
                }

                link.CloseFor(new(ReasonCode.KeepAliveTimeout, "nothing was heard for too long"));
            }
        }
    }

    private static async Task EndDueAsync(SessionRegistry registry, SessionEnd end)
    {
        var expired = new List<Session>();
        var wills = new List<OwedWill>();
        registry.CollectDue(expired, wills);
        foreach (var session in expired)
        {
            end.Forget(session);
        }

        foreach (var will in wills)
        {
            await end.PublishWillAsync(will);
        }
    }
}
