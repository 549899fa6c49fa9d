using System.Text;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules;

/// <summary>Idempotency-Key: a repeated POST gets the first answer, for 24 hours. Kept in the transaction of the effect itself.</summary>
internal sealed record Idempotency(string Key, string Digest)
{
    public const string Collection = "idempotency";
    private const int MaxKey = 128;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Null when the request bears no key.</summary>
    public static Idempotency? Of(HttpContext context, RequestBody body)
    {
        var header = context.Request.Headers["Idempotency-Key"];
        if (header.Count == 0)
        {
            return null;
        }

        if (header.Count > 1 || header[0] is not { Length: > 0 and <= MaxKey } key)
        {
            throw RequestRefusedException.Invalid("Idempotency-Key", $"Idempotency-Key must be given once, with 1 to {MaxKey} characters.");
        }

        return new($"{HttpAccess.IdentityOf(context).Owner} {context.Request.Path} {key}", body.Digest);
    }

    /// <summary>Decides, and keeps the answer under the key in the same commit; the repeat gets that answer. A refusal is thrown and not kept.</summary>
    public static Task<T> OnceAsync<T>(
        IJournal journal, Idempotency? key, Func<JournalTransaction, (T? Answer, RequestRefusedException? Refusal)> decide)
        where T : class => OnceAsync<T, object>(
            journal,
            key,
            transaction =>
            {
                var (answer, refusal) = decide(transaction);
                return (answer, refusal, null);
            },
            _ => { });

    /// <param name="done">After the commit, in the order of commits; not for a repeat.</param>
    public static async Task<T> OnceAsync<T, TEffect>(
        IJournal journal,
        Idempotency? key,
        Func<JournalTransaction, (T? Answer, RequestRefusedException? Refusal, TEffect? Effect)> decide,
        Action<TEffect> done)
        where T : class
        where TEffect : class
    {
        var (answer, refusal, _) = await journal.WriteAsync<(T? Answer, RequestRefusedException? Refusal, TEffect? Effect)>(
            transaction =>
            {
                var (earlier, reused) = key?.Find(transaction) ?? default;
                if (reused is not null || earlier is not null)
                {
                    return (earlier is null ? null : ContractJson.Read<T>(Encoding.UTF8.GetBytes(earlier)), reused, null);
                }

                var decided = decide(transaction);
                if (decided.Answer is { } first)
                {
                    key?.Keep(transaction, Encoding.UTF8.GetString(ContractJson.Write(first)));
                }

                return decided;
            },
            written =>
            {
                if (written.Effect is { } effect)
                {
                    done(effect);
                }
            });
        return answer ?? throw refusal!;
    }

    /// <summary>For what shows a secret once: its repeat is told that it was done, and gets none.</summary>
    public static RequestRefusedException? RefusalOfRepeat(Idempotency? key, JournalTransaction transaction)
    {
        var (earlier, reused) = key?.Find(transaction) ?? default;
        return reused ?? (earlier is null
            ? null
            : new(StatusCodes.Status409Conflict, "already_done", $"This was done already for '{earlier}'; its secret is not shown again."));
    }

    /// <summary>The first answer, or what it was about; a refusal when the key came with another body.</summary>
    public (string? Subject, RequestRefusedException? Refusal) Find(JournalTransaction transaction)
    {
        if (transaction.Documents.Find(Collection, Key) is not { } body)
        {
            return (null, null);
        }

        var kept = ContractJson.Read<Answered>(body);
        if (kept.Until < transaction.Now)
        {
            return (null, null);
        }

        return kept.Digest == Digest
            ? (kept.Subject, null)
            : (null, new(StatusCodes.Status422UnprocessableEntity, "key_reused", "This Idempotency-Key was used with another body.", "Idempotency-Key"));
    }

    public void Keep(JournalTransaction transaction, string subject) =>
        transaction.Documents.Put(Collection, Key, ContractJson.Write(new Answered(Digest, subject, transaction.Now + Lifetime)));

    private sealed record Answered(string Digest, string Subject, DateTimeOffset Until);
}
