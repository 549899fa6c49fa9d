namespace Gateway.Tests.Support;

/// <summary>A test with a folder of its own, that is gone when it ends.</summary>
public abstract class FolderTest
{
    private protected SomeFolder Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = new();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();
}
