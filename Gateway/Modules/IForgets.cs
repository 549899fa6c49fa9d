using Gateway.Journal;

namespace Gateway.Modules;

/// <summary>A module that keeps records under the name of a person, beside its events: told inside the transaction that forgets them.</summary>
internal interface IForgets
{
    /// <param name="transaction">In which their events' states are renamed as well.</param>
    /// <param name="who">Whom, and what they are called instead.</param>
    /// <param name="channels">Those that may know of them.</param>
    void Forget(JournalTransaction transaction, Renaming who, IReadOnlyList<ChannelName> channels);
}
