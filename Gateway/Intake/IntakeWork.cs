using Gateway.Broker;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Storage;

namespace Gateway.Intake;

/// <summary>One message of a module in the batch: seen before, carried out, or refused, together with its retained copy.</summary>
/// <param name="message">Null where it is refused already.</param>
internal sealed class IntakeWork(PublishUnit unit, ModuleMessage? message, Refusal? refused, QuarantineKeeper keeper, PublishedActs acts) : IStoreWork
{
    // Written anew at each run of Write; read in Completed.
    private PublishVerdict _verdict;
    private Ruling _ruling;

    public void Write(StoreTransaction transaction)
    {
        if (unit.CheckVoid())
        {
            return;
        }

        _ruling = refused is null ? Ruling.Of(transaction.Journal, message!) : new(new Carried(refused));
        if (_ruling.Refusal is { } refusal)
        {
            Quarantine.Keep(transaction.Journal, unit.Message.Topic, unit.Message.Payload, refusal, message?.Device, unit.Owner);
        }

        _verdict = _ruling switch
        {
            { Refusal: null } => _ruling.IsRepeat ? PublishVerdict.Absorbed : PublishVerdict.TakenAndRouted,
            { Refusal.Code: RefusalCode.Malformed } => PublishVerdict.Refused(ReasonCode.PayloadFormatInvalid),
            { Refusal.Code: RefusalCode.Forbidden } => PublishVerdict.Refused(ReasonCode.NotAuthorized),
            _ => PublishVerdict.Refused(ReasonCode.ImplementationSpecificError),
        };
        if (_ruling.Carried.IsLast)
        {
            unit.IgnoreRetain();
        }

        unit.Write(transaction.Broker, _verdict);
    }

    public void Completed(Exception? failure)
    {
        if (failure is null && !unit.IsVoid)
        {
            if (_ruling.Refusal is { } refusal)
            {
                keeper.Kept(unit.Message.Topic, refusal);
            }

            _ruling.Carried.Completed?.Invoke();
            acts.Tell(unit, _verdict.Reason);
        }

        unit.Completed(_verdict, failure);
    }
}
