using System.Text;
using Microsoft.Extensions.Primitives;

namespace Gateway.Access;

/// <summary>Name and password as RFC 7617 sends them: how scanners show who they are over HTTP.</summary>
internal sealed record BasicCredentials(string Name, ReadOnlyMemory<byte> Password)
{
    private const string Scheme = "Basic ";
    private const int MaxBytes = 512;

    /// <summary>Null where none of this kind were sent.</summary>
    public static BasicCredentials? Of(StringValues header)
    {
        if (header is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[MaxBytes];
        var colon = Convert.TryFromBase64String(value[Scheme.Length..].Trim(), bytes, out var length) ? bytes.AsSpan(0, length).IndexOf((byte)':') : -1;
        // What cannot be read was presented all the same, and is nobody's.
        return colon < 0 ? new("", ReadOnlyMemory<byte>.Empty) : new(Encoding.UTF8.GetString(bytes, 0, colon), bytes.AsMemory(colon + 1, length - colon - 1));
    }
}
