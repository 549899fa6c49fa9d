using Gateway.Broker;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Storage;

namespace Gateway.Intake;

/// <summary>One scanner message in the batch: seen before, carried out, or refused, together with its retained copy.</summary>
internal sealed class IntakeWork(IntakeGate gate, PublishUnit unit, ScannerMessage? message, Refusal? malformed, bool isAnonymous) : IStoreWork
{
    // Written anew at each run of Write; read in Completed.
    private PublishVerdict _verdict;
    private Refusal? _refusal;
    private EnrollmentEffects _effects = EnrollmentEffects.None;
    private DeviceCommand? _answered;
    private bool _isRepeat;

    public void Write(StoreTransaction transaction)
    {
        _effects = EnrollmentEffects.None;
        _answered = null;
        _isRepeat = false;
        _refusal = malformed ?? Decide(transaction.Journal);
        if (_refusal is { } refusal)
        {
            Quarantine.Keep(transaction.Journal, unit.Message.Topic, unit.Message.Payload, refusal);
        }

        _verdict = _refusal switch
        {
            null => _isRepeat ? PublishVerdict.Absorbed : PublishVerdict.TakenAndRouted,
            { Code: RefusalCode.Malformed } => PublishVerdict.Refused(ReasonCode.PayloadFormatInvalid),
            { Code: RefusalCode.Forbidden } => PublishVerdict.Refused(ReasonCode.NotAuthorized),
            _ => PublishVerdict.Refused(ReasonCode.ImplementationSpecificError),
        };
        unit.Write(transaction.Broker, _verdict);
    }

    public void Completed(Exception? failure)
    {
        if (failure is null)
        {
            if (_refusal is { } refusal)
            {
                IntakeLog.Quarantined(gate.Log, OneLine(unit.Message.Topic), refusal.Code, OneLine(refusal.Message));
            }

            if (_answered is { } command)
            {
                gate.Post.Dropped(command.Id);
            }

            gate.Enrollments.Done(_effects);
        }

        unit.Completed(_verdict, failure);
    }

    // What a stranger sends must not look like another line of the log.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));

    private Refusal? Decide(JournalTransaction transaction)
    {
        if (message!.Key is not { } key)
        {
            return Carry(transaction, message);
        }

        // Identity comes from the device, for ever: a redelivery, a retained replay, a reconnect change nothing.
        var scope = $"devices/{message.Device}";
        if (transaction.Seen(scope, key) is { } seen)
        {
            _isRepeat = seen.Fingerprint == message.Fingerprint;
            return _isRepeat ? null : new(RefusalCode.IdReused, $"id {key} was used before for: {seen.Fingerprint}");
        }

        if (Devices.Find(transaction, message.Device) is null)
        {
            // Not remembered: once the scanner is registered, the same message is welcome.
            return new(RefusalCode.UnknownDevice, $"scanner {message.Device} is not registered");
        }

        var refusal = Carry(transaction, message);
        var position = _effects.Events.Count > 0 ? _effects.Events[0].Position : 0;
        transaction.Remember(scope, key, position, message.Fingerprint);
        return refusal;
    }

    private Refusal? Carry(JournalTransaction transaction, ScannerMessage known)
    {
        switch (known)
        {
            case StatusMessage status:
                return Devices.OnStatus(transaction, status.Device, status.IsOnline, status.Report, isAnonymous);

            case AnswerMessage answer:
                _answered = Devices.OnAnswer(transaction, answer.Device, answer.Command, answer.Ok, answer.Reason, answer.Source);
                if (_answered is { Do: "enroll", Enrollment: { } enrollment })
                {
                    (_effects, _) = gate.Enrollments.Apply(transaction, enrollment, new EnrollAnswered(answer.Ok, answer.Reason, answer.Source));
                }

                return null;

            case EnrollmentMessage scan:
                (_effects, var refusal) = gate.Enrollments.Apply(transaction, scan.Enrollment, scan.Input);
                return refusal;

            default:
                throw new InvalidOperationException($"a message without a rule: {known.GetType().Name}");
        }
    }
}
