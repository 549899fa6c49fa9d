using System.Diagnostics.CodeAnalysis;

namespace Gateway.Journal;

/// <summary>The name of a channel is the path of its resource, "enrollments/0198…"; its first segment names the feed of all of that kind.</summary>
internal readonly record struct ChannelName
{
    private const int MaxIdLength = 128;

    private ChannelName(string kind, string id)
    {
        Kind = kind;
        Id = id;
    }

    public string Kind { get; }

    public string Id { get; }

    public static ChannelName Of(string kind, string id) =>
        IsKind(kind) && IsId(id) ? new(kind, id) : throw new ArgumentException($"'{kind}/{id}' is not a channel name", nameof(id));

    public static bool TryParse([NotNullWhen(true)] string? text, out ChannelName name)
    {
        name = default;
        if (text?.IndexOf('/', StringComparison.Ordinal) is not { } slash || slash <= 0 || !IsKind(text.AsSpan(0, slash)) || !IsId(text.AsSpan(slash + 1)))
        {
            return false;
        }

        name = new(text[..slash], text[(slash + 1)..]);
        return true;
    }

    public static bool IsKind(ReadOnlySpan<char> text) => text.Length is > 0 and <= 32 && !text.ContainsAnyExceptInRange('a', 'z');

    public override string ToString() => $"{Kind}/{Id}";

    private static bool IsId(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or ':'))
            {
                return false;
            }
        }

        return text.Length is > 0 and <= MaxIdLength;
    }
}
