using System.Collections.Frozen;
using System.Text;
using Gateway.Broker.Protocol;

namespace Gateway.Broker;

/// <summary>Codes as people read them.</summary>
internal static class Words
{
    private static readonly FrozenDictionary<ReasonCode, string> s_reasons =
        Enum.GetValues<ReasonCode>().ToFrozenDictionary(static r => r, static r => $"0x{(byte)r:X2} {Spaced(r.ToString())}");

    /// <summary>For example "0x8D keep alive timeout".</summary>
    public static string Of(ReasonCode reason) => s_reasons.GetValueOrDefault(reason) ?? $"0x{(byte)reason:X2}";

    public static string Of(ProtocolVersion version) => version == ProtocolVersion.V500 ? "5.0" : "3.1.1";

    /// <summary>As a label of a figure: "keep_alive_timeout".</summary>
    public static string Label<T>(T value)
        where T : struct, Enum => Spaced(value.ToString()).Replace(' ', '_');

    private static string Spaced(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }
}
