namespace Gateway.Tests.Support;

/// <summary>Pictures for people to look at. Only <c>scripts/screenshots</c> asks for them, so no other run has these cases.</summary>
internal static class Screenshots
{
    public static readonly (string Size, int Width, int Height, bool Dark)[] Screens =
        [("800x480", 800, 480, false), ("390x844-dark", 390, 844, true), ("1440x900", 1440, 900, false), ("1440x900-dark", 1440, 900, true)];

    /// <summary>Where they go; null when nobody asked.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable("SCREENSHOTS");
}
