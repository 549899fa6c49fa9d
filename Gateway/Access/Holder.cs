namespace Gateway.Access;

/// <summary>Whose something that is kept is, a session for one.</summary>
/// <param name="Proof">Tells one password or token from the next, and says nothing of it; null where there is none. What it opened ends with it.</param>
internal sealed record Holder(IdentityKind Kind, string Name, string? Proof = null)
{
    // Enough to see that it is another one, too little to try guesses against.
    private const int ProofLength = 8;

    public static string ProofOf(string kept) => Secret.Hash(kept)[..ProofLength];
}
