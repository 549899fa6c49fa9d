using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>Runs a quarantined message through the same decision again: what did not fit then may fit now.</summary>
internal sealed class Resubmission(IntakeGate gate, IJournal journal)
{
    public async Task<Resubmitted> RunAsync(string id)
    {
        var item = Quarantine.Find(journal, id) ?? throw RequestRefusedException.Unknown("quarantine", id);
        if (item.Code == RefusalCode.Forbidden)
        {
            throw new RequestRefusedException(
                StatusCodes.Status409Conflict, "not_resubmittable", "Whoever published it had no right to the topic; that does not change by asking again.");
        }

        var (message, unreadable) = Read(item);
        var done = new TaskCompletionSource<Ruling?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Ruling? ruling = null;
        journal.Write(
            transaction => ruling = Decide(transaction, id, message, unreadable),
            failure =>
            {
                if (failure is not null)
                {
                    done.SetException(failure);
                    return;
                }

                ruling?.Carried.Completed?.Invoke();
                done.SetResult(ruling);
            });
        return await done.Task switch
        {
            null => throw RequestRefusedException.Unknown("quarantine", id),
            { Refusal: { } refusal } => new(id, "refused", refusal.Code, refusal.Message),
            { IsRepeat: true } => new(id, "known", null, "The same message has been taken since; this copy is gone."),
            _ => new(id, "taken", null, null),
        };
    }

    private static Ruling? Decide(JournalTransaction transaction, string id, ModuleMessage? message, Refusal? unreadable)
    {
        // Looked up again: somebody else may have been faster.
        if (Quarantine.Find(transaction, id) is not { } item)
        {
            return null;
        }

        var ruling = message is null ? new Ruling(new Carried(unreadable)) : Ruling.Again(transaction, message, item.Code);
        Quarantine.Remove(transaction, item);
        if (ruling.Refusal is { } refusal)
        {
            Quarantine.Put(transaction, item with { Code = refusal.Code, Message = refusal.Message });
        }

        return ruling;
    }

    private (ModuleMessage? Message, Refusal? Unreadable) Read(QuarantinedMessage item)
    {
        try
        {
            return gate.Read(item.Topic, item.ToBytes(), new(item.At, item.By ?? "")) is { } message
                ? (message, null)
                : (null, new(RefusalCode.Malformed, "nothing here takes this topic any more"));
        }
        catch (MalformedMessageException error)
        {
            return (null, new(RefusalCode.Malformed, error.Message));
        }
    }
}

/// <param name="Result"><c>taken</c>, <c>known</c> (both leave the quarantine) or <c>refused</c>, then with the code and sentence of now.</param>
internal sealed record Resubmitted(string Id, string Result, RefusalCode? Code, string? Message);
