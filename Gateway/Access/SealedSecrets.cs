using System.Security.Cryptography;
using System.Text;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Seals secrets that the service itself has to use again, so that they stand in no database and no backup of it: the key is a file beside.</summary>
internal sealed class SealedSecrets(string folder)
{
    public const string FileName = "secrets.key";
    private const int KeyBytes = 32;

    private readonly Lazy<byte[]> _key = new(() => KeyIn(folder));

    public string Seal(string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        var cipher = new byte[plain.Length];
        using var aes = new AesGcm(_key.Value, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return Convert.ToBase64String([.. nonce, .. tag, .. cipher]);
    }

    /// <summary>Null when it was sealed with another key, for example because the database came here without its key file.</summary>
    public string? Open(string text)
    {
        var bytes = Convert.FromBase64String(text).AsSpan();
        var nonce = bytes[..AesGcm.NonceByteSizes.MaxSize];
        var tag = bytes.Slice(nonce.Length, AesGcm.TagByteSizes.MaxSize);
        var cipher = bytes[(nonce.Length + tag.Length)..];
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(_key.Value, tag.Length);
        try
        {
            aes.Decrypt(nonce, cipher, tag, plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] KeyIn(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(path, options);
            file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
            file.Flush(flushToDisk: true);
        }

        var key = File.ReadAllBytes(path);
        return key.Length == KeyBytes ? key : throw new SettingException("Data:Path", $"{path} is no key of this service; it has {key.Length} bytes.");
    }
}
