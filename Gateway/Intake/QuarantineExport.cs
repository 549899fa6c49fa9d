using System.Text;
using Gateway.Contract;

namespace Gateway.Intake;

/// <summary>Quarantined messages as lines of a file.</summary>
internal static class QuarantineExport
{
    public const string CsvHeader = "id,at,device,by,code,message,topic,base64,payload";

    public static string CsvLine(QuarantinedMessage item)
    {
        ReadOnlySpan<string?> cells =
        [
            item.Id, ContractJson.Time(item.At), item.Device, item.By, Quarantine.NameOf(item.Code), item.Message, item.Topic,
            item.Base64 == true ? "true" : "", item.Payload,
        ];
        var line = new StringBuilder();
        foreach (var cell in cells)
        {
            line.Append(line.Length == 0 ? "" : ",").Append(Cell(cell));
        }

        return line.ToString();
    }

    public static string JsonLine(QuarantinedMessage item) => Encoding.UTF8.GetString(ContractJson.Write(item));

    /// <summary>In quotes; and a cell that a spreadsheet would take for a formula begins with an apostrophe, as strangers wrote it.</summary>
    public static string Cell(string? text)
    {
        var value = text ?? "";
        var guard = value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" : "";
        return $"\"{guard}{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
