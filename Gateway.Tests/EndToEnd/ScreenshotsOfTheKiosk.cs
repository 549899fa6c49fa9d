using Gateway.Tests.Architecture;

namespace Gateway.Tests.EndToEnd;

/// <summary>Writes a picture of each state of the kiosk, as <c>scripts/screenshots</c> asks.</summary>
[Category("Slow")]
[Explicit("for people to look at: scripts/screenshots")]
public sealed class ScreenshotsOfTheKiosk
{
    private static readonly (string Size, int Width, int Height, bool Dark)[] Screens =
        [("800x480", 800, 480, false), ("390x844-dark", 390, 844, true), ("1440x900", 1440, 900, false), ("1440x900-dark", 1440, 900, true)];

    private static string Folder => Environment.GetEnvironmentVariable("SCREENSHOTS") ?? Path.Combine(Repository.Root, "artifacts", "screenshots");

    [TestCaseSource(typeof(KioskStates), nameof(KioskStates.All))]
    public async Task State_OnEachScreen_IsWritten(object given)
    {
        var state = (KioskState)given;
        foreach (var (size, width, height, dark) in Screens)
        {
            await using var kiosk = await ManualKiosk.OpenAsync(state, width, height, dark);
            await kiosk.SettledAsync();
            await kiosk.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"kiosk-{state.Name}-{size}.png") });
        }
    }
}
