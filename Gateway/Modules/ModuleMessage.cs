using Gateway.Journal;

namespace Gateway.Modules;

/// <summary>The MQTT topics of one module: what is published there is taken in by it, in the one commit that also retains and routes the message.</summary>
internal interface IModuleTopics
{
    /// <summary>Null when the topic is none of this module's.</summary>
    /// <exception cref="MalformedMessageException">The topic is one of this module's, but the payload is not what it takes.</exception>
    ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival);
}

/// <summary>How a message came in.</summary>
/// <param name="Received">When the service had it.</param>
/// <param name="Owner">Who published it, as <c>Identity.Owner</c> writes it.</param>
/// <param name="IsAnonymous">Nobody had to say who they are: the topic alone names the sender.</param>
internal sealed record Arrival(DateTimeOffset Received, string Owner, bool IsAnonymous = false);

/// <summary>A message understood: topic and payload are what the contract says. What it may effect is decided by carrying it out.</summary>
/// <param name="Device">The scanner that it is from; null where it is from none.</param>
/// <param name="Scope">Within which the key is unique for ever, for example <c>devices/door-1</c>.</param>
/// <param name="Key">The sender's own id of the message; null where the last one wins.</param>
/// <param name="Fingerprint">What a repeat under the same key must agree with.</param>
internal abstract record ModuleMessage(string? Device, string Scope, string? Key, string Fingerprint)
{
    /// <summary>Whether its sender is known at all. A refusal here is not remembered: the same message is welcome once they are.</summary>
    public virtual Refusal? Admit(JournalTransaction transaction) => null;

    /// <summary>Inside the transaction; may run again, so it changes nothing in memory.</summary>
    public abstract Carried Carry(JournalTransaction transaction);
}

/// <summary>What carrying a message out came to.</summary>
/// <param name="Refusal">Why it changed nothing; then it goes to the quarantine.</param>
/// <param name="Position">Of the first event that it made; 0 when it made none.</param>
/// <param name="Completed">What is to be done after the commit, on the writer's thread.</param>
/// <param name="IsRepeat">The module itself knew it already, by keys of its own or because it says nothing new: neither routed nor retained.</param>
/// <param name="IsLast">It ends what its topic is for: routed, and not kept for who subscribes later.</param>
internal readonly record struct Carried(
    Refusal? Refusal = null, long Position = 0, Action? Completed = null, bool IsRepeat = false, bool IsLast = false);

/// <summary>Not what the contract says. The sentence names the field.</summary>
internal sealed class MalformedMessageException(string sentence) : Exception(sentence);
