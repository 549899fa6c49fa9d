namespace Gateway.Operations;

/// <summary>GET /openapi.json: docs/openapi.json, as it was when this program was built. Tests hold it to what the program does.</summary>
internal static class ApiDescription
{
    private const string Name = "openapi.json";

    private static readonly Lazy<byte[]> Text = new(Read);

    public static void MapApiDescription(this IEndpointRouteBuilder routes) =>
        routes.MapMethods($"/{Name}", Health.GetAndHead, () => Results.Bytes(Text.Value, "application/json"));

    private static byte[] Read()
    {
        using var stream = typeof(ApiDescription).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"{Name} was not built into the program");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
