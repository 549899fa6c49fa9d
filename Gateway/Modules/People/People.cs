using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Modules.People;

/// <summary>The people: who they are, on which scanners they have a finger, and that they are forgotten when asked for.</summary>
internal sealed class People(IJournal journal, Enrollments.Enrollments enrollments, CommandPost post) : IAnswerListener
{
    // A scanner in a drawer still forgets the finger when it is back within this time.
    private static readonly TimeSpan DeleteLifetime = TimeSpan.FromDays(90);

    /// <summary>Makes or renames; true when they were unknown.</summary>
    public Task<(Person Person, bool IsNew)> PutAsync(string id, string? name) => journal.WriteAsync(transaction =>
    {
        var isNew = PeopleRecords.Find(transaction, id) is null;
        var person = PeopleRecords.FindOrAdd(transaction, id) with { Name = name };
        PeopleRecords.Put(transaction, person);
        return (person, isNew);
    });

    /// <summary>
    /// Gone from the list at once; their open enrollments are cancelled and their fingers deleted on each scanner, which may take until it is
    /// back. False when nobody is called so.
    /// </summary>
    public async Task<bool> ForgetAsync(string id, string by)
    {
        var (found, _, _) = await journal.WriteAsync<(bool Found, List<EnrollmentEffects> Effects, List<DeviceCommand> Deletes)>(
            transaction =>
            {
                if (PeopleRecords.Find(transaction, id) is not { } person)
                {
                    return (false, [], []);
                }

                var cancelled = person.Open.Select(open => enrollments.Apply(transaction, open, new CancelRequested(by)).Effects).ToList();
                var deletes = person.Fingers.Select(finger => Delete(transaction, finger)).OfType<DeviceCommand>().ToList();
                PeopleRecords.Remove(transaction, person);
                return (true, cancelled, deletes);
            },
            written =>
            {
                written.Effects.ForEach(enrollments.Done);
                written.Deletes.ForEach(post.Send);
            });
        return found;
    }

    /// <summary>A finger that its scanner has deleted is nobody's any more.</summary>
    public Action? Answered(JournalTransaction transaction, DeviceCommand command, AnswerMessage answer)
    {
        if (command is { Do: DeviceCommand.Delete, Slot: { } slot } && answer.Ok)
        {
            PeopleRecords.Disown(transaction, command.Device, slot);
        }

        return null;
    }

    private static DeviceCommand? Delete(JournalTransaction transaction, Finger finger)
    {
        // Nobody's from now on; the slot itself stays taken until the scanner says that the template is gone.
        PeopleRecords.Disown(transaction, finger.Device, finger.Slot);
        if (Devices.Devices.Find(transaction, finger.Device) is null)
        {
            return null;
        }

        var command = new DeviceCommand
        {
            Id = transaction.NewId(),
            Device = finger.Device,
            Do = DeviceCommand.Delete,
            Slot = finger.Slot,
            ExpiresAt = transaction.Now + DeleteLifetime,
        };
        command.Keep(transaction);
        return command;
    }
}
