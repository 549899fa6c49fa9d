using System.Collections.Concurrent;
using Gateway.Journal;

namespace Gateway.Tests.Support;

/// <summary>Receipts in memory, which outlive what a test calls a restart.</summary>
internal sealed class MemoryReceipts : IReceiptStore
{
    private readonly ConcurrentQueue<ReceiptRange> _ranges = [];

    public IReadOnlyCollection<ReceiptRange> Ranges => _ranges;

    public void Keep(ReceiptRange range) => _ranges.Enqueue(range);

    public void Rename(string user, string alias)
    {
    }

    public ValueTask<IReadOnlyList<ReceiptRange>> OfAsync(ChannelName channel, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<ReceiptRange>>([.. _ranges.Where(range => range.Line.Channel == channel).OrderBy(range => range.Through)]);
}
