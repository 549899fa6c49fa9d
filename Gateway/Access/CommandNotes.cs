using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>
/// How the command line tells the audit trail of what it did: a note in the data folder for each act, taken up by the service when it runs. Whoever
/// may write the folder could remove it, and is the service's owner anyway.
/// </summary>
internal sealed class CommandNotes(string folder, IJournal journal, TimeProvider time, ILogger<CommandNotes> log) : IAsyncDisposable
{
    private const string Scope = "commands";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // Owned by the periodic work: each is complained of once.
    private readonly HashSet<string> _stuck = [];

    // Set once by Start.
    private PeriodicWork? _work;

    /// <summary>By the command, whether a service runs or not.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Leave(string folder, string command, string what)
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var path = Path.Combine(folder, $"command-{id:N}.json");

        // Under another name until it is whole.
        File.WriteAllBytes($"{path}.new", ContractJson.Write(new CommandNote(id.ToString(), now, Environment.UserName, command, what)));
        File.Move($"{path}.new", path);
    }

    public void Start() => _work = new(Period, time, _ => TakeAsync());

    public ValueTask DisposeAsync() => _work?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal async Task TakeAsync()
    {
        foreach (var path in Directory.GetFiles(folder, "command-*.json").Except(_stuck).Order(StringComparer.Ordinal))
        {
            try
            {
                await AppendAsync(ContractJson.Read<CommandNote>(await File.ReadAllBytesAsync(path)));
                File.Delete(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
            {
                _stuck.Add(path);
                AccessLog.NoteNotTaken(log, path, failure.Message);
            }
            catch (JournalUnavailableException failure)
            {
                // Later, with all else that waits for the disk.
                AccessLog.NoteNotTaken(log, path, failure.Message);
                return;
            }
        }
    }

    // Once, also where it could not be deleted.
    private Task<CommandNote> AppendAsync(CommandNote note) => journal.WriteAsync(transaction =>
    {
        if (transaction.Seen(Scope, note.Id) is null)
        {
            var act = new AuditAct($"command line ({note.User})", "COMMAND", note.Command, note.What, 0, Remote: null);
            AuditTrail.Append(transaction, AuditAct.Done, act, note.At);
            transaction.Remember(Scope, note.Id, transaction.Position, note.Command);
        }

        return note;
    });
}

/// <param name="User">Of the system, who ran it.</param>
internal sealed record CommandNote(string Id, DateTimeOffset At, string User, string Command, string What);
