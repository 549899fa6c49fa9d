using System.Text.Json.Serialization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.People;

/// <summary>Somebody who is or was to be known by a finger.</summary>
internal sealed record Person
{
    /// <summary>What enrollments call them.</summary>
    public required string Id { get; init; }

    public string? Name { get; init; }

    /// <summary>Rises with the moment at which they became known.</summary>
    public required string Order { get; init; }

    public IReadOnlyList<Finger> Fingers { get; init; } = [];

    /// <summary>Their enrollments that have not ended.</summary>
    public IReadOnlyList<string> Open { get; init; } = [];
}

/// <param name="At">When it was captured.</param>
internal sealed record Finger(string Device, int Slot, DateTimeOffset At);

/// <summary>A person as the contract shows them.</summary>
internal sealed record PersonView(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Name, bool Registered, IReadOnlyList<Finger> Fingers)
{
    public static PersonView Of(Person person) => new(person.Id, person.Name, person.Fingers.Count > 0, person.Fingers);
}

/// <summary>The records of people, and whose finger a slot of a scanner holds. Changed only inside transactions.</summary>
internal static class PeopleRecords
{
    public const string People = "people";

    /// <summary>Order of coming to id, for lists.</summary>
    public const string Orders = "people-by-order";

    private const string Fingers = "fingers";

    // The slots of a scanner that were somebody's once and then nobody's.
    private const string GivenUp = "fingers-given-up";

    public static Person? Find(JournalTransaction transaction, string id) =>
        transaction.Documents.Find(People, id) is { } body ? ContractJson.Read<Person>(body) : null;

    public static Person? Find(IJournal journal, string id) => journal.Document(People, id) is { } body ? ContractJson.Read<Person>(body) : null;

    public static Person FindOrAdd(JournalTransaction transaction, string id)
    {
        if (Find(transaction, id) is { } known)
        {
            return known;
        }

        var person = new Person { Id = id, Order = transaction.NewId() };
        transaction.Documents.Put(Orders, person.Order, ContractJson.Write(id));
        Put(transaction, person);
        return person;
    }

    public static void Put(JournalTransaction transaction, Person person) => transaction.Documents.Put(People, person.Id, ContractJson.Write(person));

    public static void Remove(JournalTransaction transaction, Person person)
    {
        transaction.Documents.Remove(Orders, person.Order);
        transaction.Documents.Remove(People, person.Id);
    }

    /// <summary>Whose finger the scanner knows by this slot; null when it is nobody's.</summary>
    public static string? OwnerOf(JournalTransaction transaction, string device, int slot) => FingersOn(transaction, device).GetValueOrDefault(slot);

    /// <summary>Whether a finger was in this slot before the one that is there now.</summary>
    public static bool HadAnother(JournalTransaction transaction, string device, int slot) => GivenUpOn(transaction, device).Contains(slot);

    public static IReadOnlyDictionary<int, string> FingersOn(JournalTransaction transaction, string device) => TableOf(transaction, device);

    public static void Own(JournalTransaction transaction, string device, int slot, string person)
    {
        var table = TableOf(transaction, device);
        table[slot] = person;
        transaction.Documents.Put(Fingers, device, ContractJson.Write(table));
    }

    /// <summary>Nobody's any more: neither in the scanner's table nor with the person.</summary>
    public static void Disown(JournalTransaction transaction, string device, int slot)
    {
        var table = TableOf(transaction, device);
        if (!table.Remove(slot, out var owner))
        {
            return;
        }

        if (table.Count == 0)
        {
            transaction.Documents.Remove(Fingers, device);
        }
        else
        {
            transaction.Documents.Put(Fingers, device, ContractJson.Write(table));
        }

        transaction.Documents.Put(GivenUp, device, ContractJson.Write(GivenUpOn(transaction, device).Append(slot).ToHashSet()));
        if (Find(transaction, owner) is { } person)
        {
            Put(transaction, person with { Fingers = [.. person.Fingers.Where(finger => finger.Device != device || finger.Slot != slot)] });
        }
    }

    private static HashSet<int> GivenUpOn(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(GivenUp, device) is { } body ? ContractJson.Read<HashSet<int>>(body) : [];

    private static Dictionary<int, string> TableOf(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Fingers, device) is { } body ? ContractJson.Read<Dictionary<int, string>>(body) : [];
}
