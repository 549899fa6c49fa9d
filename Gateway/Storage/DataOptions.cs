namespace Gateway.Storage;

/// <summary>Section <c>Data</c>.</summary>
internal sealed record DataOptions
{
    /// <summary>Folder of the database, relative to where the service is started.</summary>
    public string Path { get; init; } = "data";

    internal string Folder => System.IO.Path.GetFullPath(Path);
}
