using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>What becomes of a message that was understood: carried out, refused, or known already.</summary>
internal readonly record struct Ruling(Carried Carried, bool IsRepeat = false)
{
    public Refusal? Refusal => Carried.Refusal;

    /// <summary>For what was refused before: the key that the refusal used up does not stand in its own way.</summary>
    /// <param name="before">Why it was refused.</param>
    public static Ruling Again(JournalTransaction transaction, ModuleMessage message, RefusalCode before)
    {
        var isRemembered = before is not (RefusalCode.UnknownDevice or RefusalCode.IdReused or RefusalCode.Malformed);
        if (!isRemembered || message.Key is not { } key || transaction.Seen(message.Scope, key) is not { } seen || seen.Fingerprint != message.Fingerprint)
        {
            return Of(transaction, message);
        }

        return message.Admit(transaction) is { } stranger ? new(new Carried(stranger)) : Carry(transaction, message);
    }

    /// <summary>Inside the transaction. Identity comes from the sender, for ever: a redelivery, a retained replay, a reconnect change nothing.</summary>
    public static Ruling Of(JournalTransaction transaction, ModuleMessage message)
    {
        if (message.Key is { } key && transaction.Seen(message.Scope, key) is { } seen)
        {
            return seen.Fingerprint == message.Fingerprint
                ? new(default, IsRepeat: true)
                : new(new Carried(new(RefusalCode.IdReused, $"id {key} was used before for: {seen.Fingerprint}")));
        }

        if (message.Admit(transaction) is { } stranger)
        {
            return new(new Carried(stranger));
        }

        var ruling = Carry(transaction, message);
        if (message.Key is { } first)
        {
            transaction.Remember(message.Scope, first, ruling.Carried.Position, message.Fingerprint);
        }

        return ruling;
    }

    private static Ruling Carry(JournalTransaction transaction, ModuleMessage message)
    {
        var carried = message.Carry(transaction);
        return new(carried, carried.IsRepeat);
    }
}
