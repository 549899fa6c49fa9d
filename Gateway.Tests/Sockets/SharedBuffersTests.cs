using Gateway.Sockets;

namespace Gateway.Tests.Sockets;

public sealed class SharedBuffersTests
{
    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4096)]
    public void Rent_WhateverIsAskedFor_IsAWholeBlock(int size)
    {
        using var pool = new SharedBuffers();
        using var rented = pool.Create().Rent(size);

        Assert.That(rented.Memory.Length, Is.EqualTo(4096));
    }

    [Test]
    public void Rent_BeyondABlock_IsRefused()
    {
        using var pool = new SharedBuffers();

        Assert.That(() => pool.Rent(4097), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
