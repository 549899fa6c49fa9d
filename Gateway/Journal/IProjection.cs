namespace Gateway.Journal;

/// <summary>Keeps records that follow events, in the commit of each event: called inside the transaction, after the fold; changes nothing in memory.</summary>
internal interface IProjection
{
    void Appended(JournalTransaction transaction, StoredEvent stored);
}
