using System.Text;
using System.Text.Unicode;

namespace Gateway.Broker.Protocol;

/// <summary>Which byte strings are acceptable text, MQTT-1.5.4-1 to -3.</summary>
internal static class Utf8Rules
{
    public static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.Contains((byte)0) && Utf8.IsValid(bytes);

    public static bool IsName(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0 || (Utf8.IsValid(bytes) && HasOnlyGraphicRunes(bytes));

    private static bool HasOnlyGraphicRunes(ReadOnlySpan<byte> bytes)
    {
        while (Rune.DecodeFromUtf8(bytes, out var rune, out var taken) == System.Buffers.OperationStatus.Done)
        {
            var value = rune.Value;
            var control = value < 0x20 || value is >= 0x7F and <= 0x9F;
            var noncharacter = value is >= 0xFDD0 and <= 0xFDEF || (value & 0xFFFE) == 0xFFFE;
            if (control || noncharacter)
            {
                return false;
            }

            bytes = bytes[taken..];
        }

        return bytes.IsEmpty;
    }
}
