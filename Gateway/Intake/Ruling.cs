using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>What becomes of a message that was understood: carried out, refused, or known already.</summary>
internal readonly record struct Ruling(Carried Carried, bool IsRepeat = false)
{
    public Refusal? Refusal => Carried.Refusal;

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

        var carried = message.Carry(transaction);
        if (message.Key is { } first)
        {
            transaction.Remember(message.Scope, first, carried.Position, message.Fingerprint);
        }

        return new(carried, carried.IsRepeat);
    }
}
