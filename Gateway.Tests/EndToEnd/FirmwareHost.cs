using System.Diagnostics;
using System.Threading.Channels;
using Gateway.Tests.Architecture;

namespace Gateway.Tests.EndToEnd;

/// <summary>
/// The firmware as a program: its core, an emulated sensor, flash and templates in files that outlive a kill, and a person who follows the LED.
/// </summary>
internal sealed class FirmwareHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private FirmwareHost(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public static string Program => Path.Combine(Repository.Root, "artifacts", "firmware", "scanner-host");

    public static FirmwareHost Start(FirmwareBoard board, int port, params string[] more)
    {
        if (!File.Exists(Program))
        {
            Assert.Fail($"{Program} is not there; build it: cmake -S esp32-firmware -B artifacts/firmware && cmake --build artifacts/firmware");
        }

        string[] arguments =
        [
            "--port", port.ToString(), "--device", board.Device, "--secret", board.Secret, "--flash", board.Flash, "--sensor", board.Sensor,
            "--audit", board.Audit, "--wire", board.Wire, "--speed", "10", .. more,
        ];
        return new(Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!);
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Passes over lines until one fits; false when the program ended before.</summary>
    public async Task<bool> SaysAsync(Func<string, bool> fits)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await _lines.Reader.WaitToReadAsync(patience.Token))
        {
            while (_lines.Reader.TryRead(out var line))
            {
                if (fits(line))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Connected, nothing owed, nothing running.</summary>
    public async Task RestsAsync() =>
        Assert.That(await SaysAsync(line => line.Contains("led=\"ready\" owed=0 enrolling=0")), Is.True, "the scanner ended instead of coming to rest");

    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.TryComplete();
    }
}

/// <summary>What of a scanner outlives its power: flash, sensor, and beside them a list of all it ever offered to the broker.</summary>
internal sealed record FirmwareBoard(string Device, string Secret, string Folder)
{
    public string Flash => Path.Combine(Folder, $"{Device}.flash");

    public string Sensor => Path.Combine(Folder, $"{Device}.sensor");

    public string Audit => Path.Combine(Folder, $"{Device}.audit");

    public string Wire => Path.Combine(Folder, $"{Device}.wire");

    public IEnumerable<int> TemplateSlots() => Lines(Sensor).Select(line => int.Parse(line.Split(' ')[0])).Order();

    /// <summary>The ids of all messages about enrollments that were offered to the broker at least once.</summary>
    public IReadOnlySet<string> OfferedScans() =>
        Lines(Audit).Select(line => line.Split(' '))
            .Where(parts => parts.Length == 2 && parts[1].Contains("/enrollments/"))
            .Select(parts => parts[0])
            .ToHashSet();

    /// <summary>
    /// What the sensor was told, read from the bytes themselves: the kind of each packet, and the instruction at its head.
    /// EF 01, address (4), kind, length (2), instruction.
    /// </summary>
    public IReadOnlyList<(byte Kind, byte Instruction)> Packets()
    {
        var bytes = File.Exists(Wire) ? File.ReadAllBytes(Wire) : [];
        var heads = Enumerable.Range(0, Math.Max(0, bytes.Length - 9)).Where(at => bytes[at] == 0xEF && bytes[at + 1] == 0x01);
        return [.. heads.Select(at => (bytes[at + 6], bytes[at + 9]))];
    }

    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
