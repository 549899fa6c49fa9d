namespace Gateway.Tests.EndToEnd;

/// <summary>Writes a picture of each state of the kiosk, as <c>scripts/screenshots</c> asks.</summary>
[Category("Slow")]
public sealed class ScreenshotsOfTheKiosk
{
    private static IEnumerable<object> Asked => Screenshots.Folder is null ? [] : KioskStates.All;

    [TestCaseSource(nameof(Asked))]
    public async Task State_OnEachScreen_IsWritten(object given)
    {
        var state = (KioskState)given;
        foreach (var (size, width, height, dark) in Screenshots.Screens)
        {
            await using var kiosk = await ManualKiosk.OpenAsync(state, width, height, dark);
            await kiosk.SettledAsync();
            await kiosk.Page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots.Folder!, $"kiosk-{state.Name}-{size}.png") });
        }
    }
}
