using System.Text;

namespace Gateway.Tests.Architecture;

/// <summary>C# text with comments and the insides of literals blanked, line for line, so that a search finds code only.</summary>
internal static class SourceText
{
    public static string CodeOnly(string source)
    {
        var code = new StringBuilder(source.Length);
        var at = 0;
        while (at < source.Length)
        {
            var end = EndOfNonCode(source, at);
            if (end == at)
            {
                code.Append(source[at++]);
                continue;
            }
            foreach (var character in source.AsSpan(at, end - at))
            {
                code.Append(character == '\n' ? '\n' : ' ');
            }
            at = end;
        }
        return code.ToString();
    }

    public static int LineOf(string source, int index) => source.AsSpan(0, index).Count('\n') + 1;

    /// <summary>Where the comment or literal that begins here ends; the same place when code begins here.</summary>
    private static int EndOfNonCode(string source, int at)
    {
        var rest = source.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            return After(source, "\n", at, keep: true);
        }
        if (rest.StartsWith("/*"))
        {
            return After(source, "*/", at + 2);
        }
        if (rest.StartsWith("\"\"\""))
        {
            var quotes = rest.Length - rest.TrimStart('"').Length;
            return After(source, new string('"', quotes), at + quotes);
        }
        if (rest.StartsWith("@\"") || rest.StartsWith("$@\"") || rest.StartsWith("@$\""))
        {
            return EndOfVerbatim(source, source.IndexOf('"', at) + 1);
        }
        return rest[0] is '"' or '\'' ? EndOfQuoted(source, at) : at;
    }

    private static int After(string source, string mark, int from, bool keep = false)
    {
        var found = source.IndexOf(mark, from, StringComparison.Ordinal);
        return found < 0 ? source.Length : found + (keep ? 0 : mark.Length);
    }

    private static int EndOfVerbatim(string source, int at)
    {
        while (at < source.Length && (source[at] != '"' || (at + 1 < source.Length && source[at + 1] == '"')))
        {
            at += source[at] == '"' ? 2 : 1;
        }
        return Math.Min(at + 1, source.Length);
    }

    private static int EndOfQuoted(string source, int at)
    {
        var quote = source[at++];
        while (at < source.Length && source[at] != quote && source[at] != '\n')
        {
            at += source[at] == '\\' ? 2 : 1;
        }
        return Math.Min(at + 1, source.Length);
    }
}
