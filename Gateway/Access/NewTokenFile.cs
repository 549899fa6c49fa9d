using Gateway.Contract;

namespace Gateway.Access;

/// <summary>
/// How the command line hands a new admin token to a running service: whoever may write the data folder is its owner already, so the hash
/// of the new token is left there and taken up at the next sign-in.
/// </summary>
internal sealed class NewTokenFile(string folder)
{
    private readonly string _path = Path.Combine(folder, "admin-token.new");

    /// <summary>Makes a token that replaces the one before; returns it, to be printed and forgotten.</summary>
    public string Leave(TimeProvider time)
    {
        var token = Secret.Make();
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(_path, ContractJson.Write(MadeToken.Now(token, time)));
        return token;
    }

    public MadeToken? Take()
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        var made = ContractJson.Read<MadeToken>(File.ReadAllBytes(_path));
        File.Delete(_path);
        return made;
    }
}
