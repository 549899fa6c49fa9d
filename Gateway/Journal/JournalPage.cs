using System.Collections;

namespace Gateway.Journal;

/// <summary>Events of one read, in order, and where the history of their channel or feed began at that moment: who was before that has missed some.</summary>
/// <param name="events">What was read.</param>
/// <param name="oldest">The first cursor that was still kept.</param>
internal sealed class JournalPage(IReadOnlyList<StoredEvent> events, long oldest) : IReadOnlyList<StoredEvent>
{
    public long Oldest => oldest;

    public int Count => events.Count;

    public StoredEvent this[int index] => events[index];

    public IEnumerator<StoredEvent> GetEnumerator() => events.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
