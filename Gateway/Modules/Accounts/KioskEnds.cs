using Gateway.Access;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Accounts;

/// <summary>With a scanner go its kiosks: the next scanner of that id is another one, and its screens are paired anew.</summary>
internal sealed class KioskEnds(Access.Accounts accounts, Standings standings) : IDeviceListener
{
    public Action? Turned(JournalTransaction transaction, string device, bool isOnline) => null;

    public Action? Deleting(JournalTransaction transaction, string device)
    {
        var kiosks = accounts.Kiosks.All.Where(kiosk => kiosk.Device == device).ToList();
        var rest = kiosks.ConvertAll(kiosk => accounts.Kiosks.Remove(transaction, kiosk.Id));
        return () =>
        {
            rest.ForEach(removed => removed());
            kiosks.ForEach(kiosk => standings.End(kiosk.Identity.Owner));
        };
    }
}
