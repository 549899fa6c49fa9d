using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>
/// A page of retained messages becomes what the session is owed, and the place reached is kept, in one commit: whatever happens next, each is
/// delivered as its QoS demands and none is left out.
/// </summary>
internal sealed class RetainedHandOver(Session session, RetainedReplay replay, RetainedPage page, MessageIds ids, ILogger log) : IBrokerWork
{
    private readonly long[] _ids = new long[page.Messages.Count];

    public void Write(IBrokerWrites writes)
    {
        // its rows are gone, or about to go
        if (session.IsEnded)
        {
            return;
        }

        for (var i = 0; i < _ids.Length; i++)
        {
            var outgoing = replay.Outgoing(page.Messages[i].Message);
            if (outgoing.Qos > 0)
            {
                _ids[i] = _ids[i] != 0 ? _ids[i] : ids.Next();
                writes.Enqueue(outgoing.Message.ToStored(_ids[i]), [new(session.ClientId, outgoing.Qos, outgoing.Retain, outgoing.Identifiers)]);
            }
        }

        writes.PutReplayed(session.ClientId, replay.Filter, page.LastTopic);
    }

    public void Completed(Exception? failure)
    {
        if (failure is not null)
        {
            BrokerLog.SessionNotCommitted(log, session.ClientId, failure);
            session.EndReplay(isFinished: false);
            session.CloseLink(ReasonCode.ImplementationSpecificError, "retained messages could not be stored for the session");
            return;
        }

        replay.MoveTo(page);
        for (var i = 0; i < _ids.Length; i++)
        {
            var (slot, message) = page.Messages[i];
            if (slot.Current == message)
            {
                session.OfferReplayed(replay.Outgoing(message, _ids[i]));
            }
            else
            {
                // a newer one was routed meanwhile, and must stay the last that the session sees
                session.Forgo(_ids[i]);
            }
        }

        session.EndReplay(isFinished: page.LastTopic is null);
    }
}
