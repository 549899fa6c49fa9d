using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Simulation;

/// <summary>What of a simulated scanner outlives its power, as flash and sensor of a real one do.</summary>
/// <param name="Boot">The first part of ids; rises with each power-up.</param>
/// <param name="Fingers">The enrollment of each stored finger, by slot.</param>
/// <param name="Running">The enrollment that has been begun and not ended.</param>
/// <param name="Until">When it ends without anybody's doing.</param>
/// <param name="Result">The last result that was told; said again at each power-up, since nobody knows whether it arrived.</param>
internal sealed record ScannerMemory(
    int Boot, ImmutableSortedDictionary<int, string> Fingers, EnrollOrder? Running = null, DateTimeOffset? Until = null, KeptMessage? Result = null)
{
    /// <summary>Null when its time is over.</summary>
    public EnrollOrder? RunningAt(DateTimeOffset now) => Until <= now ? null : Running;
}

internal sealed record KeptMessage(string Topic, string Payload)
{
    public static KeptMessage Of(MqttMessage message) => new(message.Topic, Encoding.UTF8.GetString(message.Payload.Span));

    public MqttMessage ToMessage() => new(Topic, Encoding.UTF8.GetBytes(Payload), Retain: true);
}

/// <summary>The memory of one scanner, in a file or, without one, as long as the process lives.</summary>
internal sealed class ScannerFlash
{
    private readonly string? _file;
    private readonly Lock _lock = new();

    // changed under _lock
    private volatile ScannerMemory _memory;

    /// <param name="file">Null: nothing is kept.</param>
    /// <param name="firstBoot">Where a blank one begins.</param>
    /// <param name="slots">What a blank one has fingers in.</param>
    public ScannerFlash(string? file, int firstBoot, IReadOnlyList<int> slots)
    {
        _file = file;
        _memory = Read(file) ?? new(firstBoot, slots.ToImmutableSortedDictionary(slot => slot, static _ => ""));
    }

    public ScannerMemory Memory => _memory;

    /// <summary>In the file before it is told to anybody; whole or not at all.</summary>
    public void Change(Func<ScannerMemory, ScannerMemory> change)
    {
        lock (_lock)
        {
            _memory = change(_memory);
            if (_file is null)
            {
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            File.WriteAllBytes(_file + ".next", ContractJson.Write(_memory));
            File.Move(_file + ".next", _file, overwrite: true);
        }
    }

    /// <summary>Null where there is none that can be read: flash that was erased.</summary>
    private static ScannerMemory? Read(string? file)
    {
        try
        {
            return File.Exists(file) ? ContractJson.Read<ScannerMemory>(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
