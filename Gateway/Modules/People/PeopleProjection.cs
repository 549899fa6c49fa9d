using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Modules.People;

/// <summary>Keeps people as their enrollments and scanners tell it: known from the first request, registered with the first success.</summary>
internal sealed class PeopleProjection : IProjection
{
    public void Appended(JournalTransaction transaction, StoredEvent stored)
    {
        if (stored.Channel.Kind == EnrollmentDesk.Kind)
        {
            Follow(transaction, stored, EnrollmentDesk.Find(transaction, stored.Channel.Id)!);
        }
        else if (stored.Channel.Kind == Devices.Devices.Kind && stored.Type == DeviceEvents.Deleted)
        {
            ForgettingRecords.Removed(transaction, stored.Channel.Id);
            foreach (var slot in PeopleRecords.FingersOn(transaction, stored.Channel.Id).Keys)
            {
                PeopleRecords.Disown(transaction, stored.Channel.Id, slot);
            }
        }
    }

    private static void Follow(JournalTransaction transaction, StoredEvent stored, EnrollmentState enrollment)
    {
        switch (stored.Type)
        {
            case EnrollmentEvents.Requested:
                var person = PeopleRecords.FindOrAdd(transaction, enrollment.Person);
                PeopleRecords.Put(transaction, person with { Open = [.. person.Open, enrollment.Id] });
                break;

            case EnrollmentEvents.Succeeded:
                // Whatever the slot held before, the template in it is this person's now.
                PeopleRecords.Disown(transaction, enrollment.Device, enrollment.Slot);
                var known = Closed(PeopleRecords.FindOrAdd(transaction, enrollment.Person), enrollment);
                PeopleRecords.Own(transaction, enrollment.Device, enrollment.Slot, known.Id);
                PeopleRecords.Put(transaction, known with { Fingers = [.. known.Fingers, new(enrollment.Device, enrollment.Slot, stored.At)] });
                break;

            case EnrollmentEvents.Failed or EnrollmentEvents.Cancelled or EnrollmentEvents.Expired:
                if (PeopleRecords.Find(transaction, enrollment.Person) is { } still)
                {
                    PeopleRecords.Put(transaction, Closed(still, enrollment));
                }

                break;
        }
    }

    private static Person Closed(Person person, EnrollmentState enrollment) =>
        person with { Open = [.. person.Open.Where(open => open != enrollment.Id)] };
}
