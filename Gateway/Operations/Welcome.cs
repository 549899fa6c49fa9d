using Gateway.Simulation;
using Gateway.Storage;
using QRCoder;

namespace Gateway.Operations;

/// <summary>What a newcomer reads first: where the page is and what to do next.</summary>
internal sealed class Welcome(Listeners listeners, DataOptions data, SimulateOptions simulate)
{
    /// <param name="output">Standard output.</param>
    /// <param name="signInToken">Printed once and forgotten; null when none was made at this start.</param>
    /// <param name="isTerminal">A person looks at it, perhaps with a telephone in hand: the link is drawn as well.</param>
    public void Print(TextWriter output, string? signInToken, bool isTerminal)
    {
        output.WriteLine($"listening {listeners.Text}");
        output.WriteLine();
        output.WriteLine($"  Kiosk page  {listeners.PageUrl}");
        output.WriteLine($"  Console     {listeners.PageUrl}console");
        output.WriteLine($"  Scanners    {listeners.ScannerUrl}{(simulate.Scanners > 0 ? $", {simulate.Scanners} of them simulated" : "")}");
        output.WriteLine($"  Data        {data.Folder}");
        output.WriteLine();
        if (signInToken is not null)
        {
            output.WriteLine("  Sign in: open this link once, within 15 minutes.");
            var link = $"{listeners.PageUrl}#token={signInToken}";
            output.WriteLine($"  {link}");
            if (isTerminal)
            {
                output.WriteLine(AsciiQRCodeHelper.GetQRCode(link, QRCodeGenerator.ECCLevel.L, drawQuietZones: true));
            }

            output.WriteLine();
        }

        output.WriteLine(simulate.Scanners > 0
            ? "  Next: choose a scanner on the page, type a name, press Start and watch it count to 100 %."
            : "  Next: no scanner at hand? Stop with Ctrl+C and start again with --Simulate:Scanners 2");
        output.WriteLine();
        output.Flush();
    }
}
