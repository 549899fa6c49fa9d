using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.People;

namespace Gateway.Modules.CheckIns;

/// <summary>Carries out decisions inside a transaction: events, the person's ledger, and where else they are. Used only by the writer loop.</summary>
internal sealed class CheckInDesk(Timetables times)
{
    public const string Kind = "checkins";

    private const string Ledgers = "checkins-ledgers";
    private const string Places = "checkins-places";
    private const string Directions = "checkins-directions";

    private const int MostDirections = 100;

    // A capture and the finger's first use may be dated by two ways.
    private static readonly TimeSpan DatingSlack = TimeSpan.FromSeconds(5);

    public static ChannelName ChannelOf(string site) => ChannelName.Of(Kind, site);

    /// <summary>What a finger meant at that scanner then: what it means now is nothing to what comes late.</summary>
    public static Direction DirectionOf(JournalTransaction transaction, string device, DateTimeOffset at) =>
        DirectionsOf(transaction, device).LastOrDefault(since => since.From <= at)?.Direction ?? Direction.Toggle;

    public static void SetDirection(JournalTransaction transaction, string device, Direction direction)
    {
        var before = DirectionsOf(transaction, device);
        var horizon = transaction.Now - PersonLedger.Kept;
        var old = before.FindLastIndex(since => since.From < horizon);
        var needed = before.Skip(Math.Max(old, before.Count - MostDirections)).Append(new(transaction.Now, direction));
        transaction.Documents.Put(Directions, device, ContractJson.Write(needed));
    }

    public static void ForgetDirection(JournalTransaction transaction, string device) => transaction.Documents.Remove(Directions, device);

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
            var isLate = at < transaction.Now - PersonLedger.Kept;
            var local = times.Of(scanner.Site).Local(at);
            var change = new Change(DateOnly.FromDateTime(local.DateTime), local.Hour) { Unknown = 1 };
            var data = new CheckInEvents.UnknownData(
                read.Device, read.Slot, scanner.Location, isLate ? true : null, new(null, isLate ? [] : [change]), read.Source);
            return transaction.Append(ChannelOf(scanner.Site), EventDraft.Of(CheckInEvents.Unknown, data, at));
        }

        var mark = new Mark(at, DirectionOf(transaction, read.Device, at), IsGuarded: true, read.Device, scanner.Location);
        return Take(transaction, new(scanner.Site, person) { Source = read.Source }, mark);
    }

    public StoredEvent Take(JournalTransaction transaction, CheckIn checkIn, Mark mark) =>
        Carry(transaction, checkIn, CheckInRules.Take(LedgerOf(transaction, checkIn), mark, times.Of(checkIn.Site), transaction.Now))!;

    /// <summary>Takes a passage back, as if it had not been. Null: it is not among those that still count.</summary>
    public StoredEvent? TakeBack(JournalTransaction transaction, CheckIn checkIn, long seq) =>
        CheckInRules.TakeBack(LedgerOf(transaction, checkIn), seq, times.Of(checkIn.Site), transaction.Now) is { } decision
            ? Carry(transaction, checkIn, decision)
            : null;

    /// <summary>Checks out who is inside though their site has closed. Null: nothing was due.</summary>
    public StoredEvent? Settle(JournalTransaction transaction, string site, string person)
    {
        var checkIn = new CheckIn(site, person);
        return Carry(transaction, checkIn, CheckInRules.Settle(LedgerOf(transaction, checkIn), times.Of(site), transaction.Now));
    }

    private static PersonLedger LedgerOf(JournalTransaction transaction, CheckIn checkIn) =>
        transaction.Documents.Find(Ledgers, KeyOf(checkIn.Site, checkIn.Person)) is { } body ? ContractJson.Read<PersonLedger>(body) : PersonLedger.Empty;

    private static string KeyOf(string site, string person) => $"{site}/{person}";

    private static List<DirectionSince> DirectionsOf(JournalTransaction transaction, string device) =>
        transaction.Documents.Find(Directions, device) is { } body ? ContractJson.Read<List<DirectionSince>>(body) : [];

    /// <summary>The event of each movement; the first of all tells what they do to the figures together.</summary>
    private StoredEvent? Carry(JournalTransaction transaction, CheckIn checkIn, CheckInDecision decision)
    {
        if (decision.Movements.Count == 0)
        {
            return null;
        }

        var also = Move(transaction, checkIn.Site, checkIn.Person, decision.Inside);
        var told = new List<(Passage Passage, long Seq)>(decision.Movements.Count);
        StoredEvent? first = null;
        foreach (var movement in decision.Movements)
        {
            var effect = new Effect(decision.Inside, first is null ? decision.Changes : []);
            var whose = first is null ? checkIn : new(checkIn.Site, checkIn.Person);
            var stored = transaction.Append(ChannelOf(checkIn.Site), Draft(whose, movement, effect, also));
            told.Add((movement.Passage, stored.Seq));
            first ??= stored;
        }

        var ledger = decision.Ledger.AsTold(told).Bounded(times.Of(checkIn.Site), transaction.Now);
        transaction.Documents.Put(Ledgers, KeyOf(checkIn.Site, checkIn.Person), ContractJson.Write(ledger));
        return first;
    }

    private static EventDraft Draft(CheckIn whose, Movement movement, Effect effect, IReadOnlyList<string>? also)
    {
        var (mark, at, kind, minutes, location) = movement.Passage;
        bool? isClosed = mark is null ? true : null;
        if (kind is PassageKind.Repeat or PassageKind.Void)
        {
            return EventDraft.Of(
                CheckInEvents.Repeat,
                new CheckInEvents.RepeatData(
                    whose.Person, mark?.Device, location, isClosed, movement.Corrects, whose.By, effect, whose.Source),
                at);
        }

        var data = new CheckInEvents.PassedData
        {
            Person = whose.Person,
            Device = mark?.Device,
            Location = location,
            Minutes = kind == PassageKind.In ? null : minutes ?? 0,
            Closed = isClosed,
            Corrects = movement.Corrects,
            Late = movement.IsLate ? true : null,
            Also = kind == PassageKind.In ? also : null,
            By = whose.By,
            Effect = effect,
            Source = whose.Source,
        };
        return EventDraft.Of(kind == PassageKind.In ? CheckInEvents.In : CheckInEvents.Out, data, at);
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

    /// <summary>
    /// Whose finger it was; null too when another was in that slot before, and the one that is there now was captured later. Where there was no other,
    /// the scanner's word for the slot is better than a time that was worked out for it.
    /// </summary>
    private static string? PersonOf(JournalTransaction transaction, Identification read, DateTimeOffset at)
    {
        if (read.Slot is not { } slot || PeopleRecords.OwnerOf(transaction, read.Device, slot) is not { } person)
        {
            return null;
        }

        var finger = PeopleRecords.Find(transaction, person)?.Fingers.FirstOrDefault(finger => finger.Device == read.Device && finger.Slot == slot);
        var isLater = finger?.At > at + DatingSlack;
        return finger is null || (isLater && PeopleRecords.HadAnother(transaction, read.Device, slot)) ? null : person;
    }
}

/// <summary>A scanner has read a finger outside enrollment.</summary>
/// <param name="Slot">Null: the sensor does not know it.</param>
internal sealed record Identification(string Device, int? Slot, EventSource Source);

/// <summary>Who passed where, and how that is known: entered by somebody, or read by a scanner.</summary>
internal sealed record CheckIn(string Site, string Person)
{
    public string? By { get; init; }

    public EventSource? Source { get; init; }
}

internal sealed record DirectionSince(DateTimeOffset From, Direction Direction);
