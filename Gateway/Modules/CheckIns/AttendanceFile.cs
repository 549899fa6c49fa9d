using System.Globalization;
using System.Text;
using Gateway.Contract;

namespace Gateway.Modules.CheckIns;

/// <summary>Attendance as it leaves: written while it is read, so that years of it cost no more memory than days.</summary>
internal static class AttendanceFile
{
    private const string Header = "site,person,date,in,out,minutes,closed,also,unknown\r\n";
    private const int FlushBytes = 32 * 1024;

    public static IResult Csv(IAsyncEnumerable<AttendedStay> stays) => Results.Stream(
        body => WriteAsync(body, Header, "", stay => CsvLine(stay), stays), "text/csv; charset=utf-8", "attendance.csv");

    public static IResult Json(IAsyncEnumerable<AttendedStay> stays)
    {
        var separator = "";
        return Results.Stream(
            body => WriteAsync(
                body,
                "{\"items\":[",
                "],\"next\":null}",
                stay =>
                {
                    var item = separator + Encoding.UTF8.GetString(ContractJson.Write(stay));
                    separator = ",";
                    return item;
                },
                stays),
            "application/json");
    }

    /// <summary>RFC 4180; a text that a spreadsheet would take for a formula is kept from being one.</summary>
    public static string CsvLine(AttendedStay stay)
    {
        string?[] fields =
        [
            stay.Site, stay.Person, stay.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), stay.In, stay.Out, stay.Minutes?.ToString(),
            stay.Closed == true ? "yes" : "", string.Join(' ', stay.Also ?? []), stay.Unknown is { } finger ? $"{finger.Device} {finger.Slot}".TrimEnd() : "",
        ];
        return string.Join(',', fields.Select(Field)) + "\r\n";
    }

    private static async Task WriteAsync(
        Stream body, string head, string tail, Func<AttendedStay, string> itemOf, IAsyncEnumerable<AttendedStay> stays)
    {
        var text = new StringBuilder(head);
        await foreach (var stay in stays)
        {
            text.Append(itemOf(stay));
            if (text.Length >= FlushBytes)
            {
                await body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
                text.Clear();
            }
        }

        await body.WriteAsync(Encoding.UTF8.GetBytes(text.Append(tail).ToString()));
    }

    private static string Field(string? text)
    {
        var plain = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{text}" : text ?? "";
        return plain.AsSpan().IndexOfAny(",\"\r\n") < 0 ? plain : $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
