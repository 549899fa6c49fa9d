using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Sockets;

/// <summary>
/// Buffers of Kestrel's own transport, from the pool that the whole process shares: that one keeps few and leaves the others to the collector, where
/// Kestrel's keeps what a rush of pages took.
/// </summary>
internal sealed class SharedBuffers : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    // As Kestrel's own: it takes a whole block for granted, also where it asks for no size.
    public override int MaxBufferSize => 4096;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        return Shared.Rent(MaxBufferSize);
    }

    protected override void Dispose(bool disposing)
    {
        // It has nothing of its own.
    }
}
