using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>Where somebody was and is goes on under their new name, so that figures and closing times stay right.</summary>
internal sealed class CheckInMemory : IForgets
{
    public void Forget(JournalTransaction transaction, Renaming who, IReadOnlyList<ChannelName> channels) =>
        CheckInDesk.Rename(transaction, who, channels.Where(channel => channel.Kind == CheckInDesk.Kind).Select(channel => channel.Id));
}
