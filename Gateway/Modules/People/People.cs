using Gateway.Access;
using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Modules.People;

/// <summary>The people: who they are, on which scanners they have a finger, and that they are forgotten when asked for.</summary>
internal sealed class People(
    IJournal journal, IErasure erasure, Enrollments.Enrollments enrollments, CommandPost post, Access.Accounts accounts, IEnumerable<IForgets> keepers,
    Forgetter forgetter, ILogger<People> log)
{
    /// <summary>Makes or renames; true when they were unknown.</summary>
    /// <param name="name">From now on.</param>
    public Task<(Person Person, Person? Before)> PutAsync(string id, string? name) => journal.WriteAsync(transaction =>
    {
        var before = PeopleRecords.Find(transaction, id);
        var person = PeopleRecords.FindOrAdd(transaction, id) with { Name = name };
        PeopleRecords.Put(transaction, person);
        return (person, before);
    });

    /// <summary>
    /// Gone from every list at once; their open enrollments are cancelled, history is rewritten in the background, and their fingers are deleted on
    /// each scanner, which may take until it is back. Null when nobody is called so.
    /// </summary>
    public async Task<Forgetting?> ForgetAsync(string id, Identity by)
    {
        var inRooms = accounts.Users.Find(id) is null;
        var channels = await erasure.ChannelsAsync(new(id, "", inRooms), CancellationToken.None);
        var (forgetting, _, _) = await journal.WriteAsync<(Forgetting? Forgetting, List<EnrollmentEffects> Effects, List<DeviceCommand> Deletes)>(
            transaction =>
            {
                if (PeopleRecords.Find(transaction, id) is not { } person)
                {
                    return (null, [], []);
                }

                var who = new Renaming(id, $"forgotten-{transaction.NewId()}", inRooms);
                var cancelled = person.Open.Select(open => enrollments.Apply(transaction, open, new CancelRequested(by.Name)).Effects).ToList();
                var deletes = person.Fingers.Select(finger => Delete(transaction, finger, who)).OfType<DeviceCommand>().ToList();
                PeopleRecords.Remove(transaction, person);
                return (Begin(transaction, person, who, channels, by), cancelled, deletes);
            },
            written =>
            {
                written.Effects.ForEach(enrollments.Done);
                written.Deletes.ForEach(post.Send);
            });
        if (forgetting is not null)
        {
            PeopleLog.Forgotten(log, by.Owner, forgetting.Id, forgetting.Fingers.Count);
            forgetter.Begun(forgetting.Id);
        }

        return forgetting;
    }

    private Forgetting Begin(JournalTransaction transaction, Person person, Renaming who, IReadOnlyList<ChannelName> channels, Identity by)
    {
        List<ChannelName> all = [.. channels.Union(person.Open.Select(open => ChannelName.Of(EnrollmentDesk.Kind, open)))];
        foreach (var channel in all)
        {
            transaction.Rename(channel, who);
        }

        foreach (var keeper in keepers)
        {
            keeper.Forget(transaction, who, all);
        }

        var fingers = person.Fingers.Select(finger => new ForgottenFinger(
            finger.Device, finger.Slot, DeletedAt: null, Devices.Devices.Find(transaction, finger.Device) is null ? ForgettingRecords.ScannerRemoved : null));
        var topics = all.Where(channel => channel.Kind == EnrollmentDesk.Kind).Select(channel => Clearing.StateTopicOf(channel.Id));
        return ForgettingRecords.Begin(
            transaction,
            new() { Id = who.Alias, At = transaction.Now, By = by.Owner, Fingers = [.. fingers] },
            new(who.Id, who.InRooms, transaction.Position, [.. topics]));
    }

    private static DeviceCommand? Delete(JournalTransaction transaction, Finger finger, Renaming who)
    {
        // Nobody's from now on; the slot itself stays taken until the scanner says that the template is gone.
        PeopleRecords.Disown(transaction, finger.Device, finger.Slot);
        DeviceSlots.Rename(transaction, finger.Device, who.Id, who.Alias);
        if (Devices.Devices.Find(transaction, finger.Device) is null)
        {
            return null;
        }

        var command = FingerDeletions.Make(transaction, finger.Device, finger.Slot);
        command.Keep(transaction);
        return command;
    }
}
