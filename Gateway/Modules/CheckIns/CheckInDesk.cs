using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.People;

namespace Gateway.Modules.CheckIns;

/// <summary>Carries out decisions inside a transaction: events, the person's ledger, and where else they are. Used only by the writer loop.</summary>
internal sealed class CheckInDesk(CheckInsOptions options)
{
    public const string Kind = "checkins";

    private const string Ledgers = "checkins";
    private const string Places = "checkins-places";
    private const string Directions = "checkins-directions";

    // A capture and the finger's first use may be dated by two ways.
    private static readonly TimeSpan DatingSlack = TimeSpan.FromSeconds(5);

    public static ChannelName ChannelOf(string site) => ChannelName.Of(Kind, site);

    public static Direction DirectionOf(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Directions, device) is { } body ? ContractJson.Read<Direction>(body) : Direction.Toggle;

    public static void SetDirection(JournalTransaction transaction, string device, Direction? direction)
    {
        if (direction is null or Direction.Toggle)
        {
            transaction.Documents.Remove(Directions, device);
        }
        else
        {
            transaction.Documents.Put(Directions, device, ContractJson.Write(direction.Value));
        }
    }

    public static void Rename(JournalTransaction transaction, Renaming who, IEnumerable<string> sites)
    {
        foreach (var site in sites)
        {
            Move(transaction, Ledgers, KeyOf(site, who.Id), KeyOf(site, who.Alias));
        }

        Move(transaction, Places, who.Id, who.Alias);
    }

    /// <summary>One reading, one event; and those that correct earlier ones because of it.</summary>
    public StoredEvent Identified(JournalTransaction transaction, Identification read, DateTimeOffset at)
    {
        var scanner = Devices.Devices.Find(transaction, read.Device)!;
        if (PersonOf(transaction, read, at) is not { } person)
        {
            var local = options.CalendarOf(scanner.Site).Local(at);
            var change = new Change(DateOnly.FromDateTime(local.DateTime), local.Hour) { Unknown = 1 };
            var data = new CheckInEvents.UnknownData(read.Device, read.Slot, scanner.Location, new(null, [change]), read.Source);
            return transaction.Append(ChannelOf(scanner.Site), EventDraft.Of(CheckInEvents.Unknown, data, at));
        }

        var mark = new Mark(at, Seq: 0, DirectionOf(transaction, read.Device), read.Device, scanner.Location);
        return Take(transaction, new(scanner.Site, person, mark, IsGuarded: true) { Source = read.Source });
    }

    public StoredEvent Take(JournalTransaction transaction, CheckIn checkIn)
    {
        var (site, person, mark) = (checkIn.Site, checkIn.Person, checkIn.Mark);
        var ledger = LedgerOf(transaction, site, person);
        var decision = CheckInRules.Decide(ledger, mark, checkIn.IsGuarded, options.CalendarOf(site), transaction.Now);
        if (decision.IsRepeat)
        {
            var effect = new Effect(Stay.Of(ledger.Inside), decision.Changes);
            return transaction.Append(ChannelOf(site), EventDraft.Of(
                CheckInEvents.Repeat, new CheckInEvents.RepeatData(person, mark.Device, mark.Location, effect, checkIn.Source), mark.At));
        }

        return Carry(transaction, checkIn, decision, first: null)!;
    }

    /// <summary>Takes a passage back, as if it had not been. Null: it is not among those that still count.</summary>
    public StoredEvent? TakeBack(JournalTransaction transaction, string site, string person, long seq, string by)
    {
        var ledger = LedgerOf(transaction, site, person);
        if (CheckInRules.TakeBack(ledger, seq, options.CalendarOf(site), transaction.Now) is not { } decision)
        {
            return null;
        }

        var mark = ledger.Marks.First(known => known.Seq == seq);
        var effect = new Effect(Stay.Of(decision.Ledger.Inside), decision.Changes);
        var data = new CheckInEvents.RepeatData(person, mark.Device, mark.Location, effect, Source: null, seq, by);
        var told = transaction.Append(ChannelOf(site), EventDraft.Of(CheckInEvents.Repeat, data, mark.At));
        Carry(transaction, new(site, person, mark, IsGuarded: false), decision, told);
        return told;
    }

    private static PersonLedger LedgerOf(JournalTransaction transaction, string site, string person) =>
        transaction.Documents.Find(Ledgers, KeyOf(site, person)) is { } body ? ContractJson.Read<PersonLedger>(body) : PersonLedger.Empty;

    private static string KeyOf(string site, string person) => $"{site}/{person}";

    /// <summary>The event of each movement; the first of all tells what they do to the figures together.</summary>
    private static StoredEvent? Carry(JournalTransaction transaction, CheckIn checkIn, CheckInDecision decision, StoredEvent? first)
    {
        var stay = Stay.Of(decision.Ledger.Inside);
        var also = Move(transaction, checkIn.Site, checkIn.Person, stay);
        var ledger = decision.Ledger;
        foreach (var movement in decision.Movements)
        {
            var effect = new Effect(stay, first is null ? decision.Changes : []);
            var stored = transaction.Append(ChannelOf(checkIn.Site), Draft(checkIn, movement, effect, also));
            ledger = ledger.Told(movement.Passage.Mark, stored.Seq);
            first ??= stored;
        }

        transaction.Documents.Put(Ledgers, KeyOf(checkIn.Site, checkIn.Person), ContractJson.Write(ledger));
        return first;
    }

    private static EventDraft Draft(CheckIn checkIn, Movement movement, Effect effect, IReadOnlyList<string>? also)
    {
        var (mark, isIn, minutes) = movement.Passage;
        var isNew = movement.Corrects is null;
        var data = new CheckInEvents.PassedData
        {
            Person = checkIn.Person,
            Device = mark.Device,
            Location = mark.Location,
            Minutes = isIn ? null : minutes ?? 0,
            Closed = mark.Closed ? true : null,
            Corrects = movement.Corrects,
            Also = isIn ? also : null,
            By = isNew ? checkIn.By : null,
            Effect = effect,
            Source = isNew ? checkIn.Source : null,
        };
        return EventDraft.Of(isIn ? CheckInEvents.In : CheckInEvents.Out, data, mark.At);
    }

    private static void Move(JournalTransaction transaction, string collection, string from, string to)
    {
        if (transaction.Documents.Find(collection, from) is { } body)
        {
            transaction.Documents.Put(collection, to, body);
            transaction.Documents.Remove(collection, from);
        }
    }

    /// <summary>Keeps where the person is; returns where else.</summary>
    private static List<string>? Move(JournalTransaction transaction, string site, string person, Stay? stay)
    {
        IReadOnlyList<string> places = transaction.Documents.Find(Places, person) is { } body ? ContractJson.Read<List<string>>(body) : [];
        List<string> elsewhere = [.. places.Where(place => place != site)];
        if (places.Contains(site) != stay is not null)
        {
            transaction.Documents.Put(Places, person, ContractJson.Write<IReadOnlyList<string>>(stay is null ? elsewhere : [.. elsewhere, site]));
        }

        return elsewhere.Count == 0 ? null : elsewhere;
    }

    /// <summary>Whose finger it was; null too when the finger in that slot was captured later: then it was somebody else's.</summary>
    private static string? PersonOf(JournalTransaction transaction, Identification read, DateTimeOffset at)
    {
        if (read.Slot is not { } slot || PeopleRecords.OwnerOf(transaction, read.Device, slot) is not { } person)
        {
            return null;
        }

        var finger = PeopleRecords.Find(transaction, person)?.Fingers.FirstOrDefault(finger => finger.Device == read.Device && finger.Slot == slot);
        return finger is null || finger.At > at + DatingSlack ? null : person;
    }
}

/// <summary>A scanner has read a finger outside enrollment.</summary>
/// <param name="Slot">Null: the sensor does not know it.</param>
internal sealed record Identification(string Device, int? Slot, EventSource Source);

/// <param name="IsGuarded">Whether a second one within moments is an accident.</param>
internal sealed record CheckIn(string Site, string Person, Mark Mark, bool IsGuarded)
{
    public string? By { get; init; }

    public EventSource? Source { get; init; }
}
