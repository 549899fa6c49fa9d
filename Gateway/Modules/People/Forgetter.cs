using System.Threading.Channels;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.People;

/// <summary>Takes those who are forgotten out of history, one after the other, and goes on with it after a restart.</summary>
internal sealed class Forgetter(
    IErasure erasure, IJournal journal, CommandPost post, Receipts receipts, TimeProvider time, ILogger<Forgetter> log) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // Bounded by what is on disk.
    private readonly Channel<string> _due = Channel.CreateUnbounded<string>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start()
    {
        foreach (var open in journal.Documents(ForgettingRecords.Open))
        {
            _due.Writer.TryWrite(open.Key);
        }

        _loop = RunAsync();
    }

    /// <summary>After the commit.</summary>
    public void Begun(string id) => _due.Writer.TryWrite(id);

    public async ValueTask DisposeAsync()
    {
        _due.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var id in _due.Reader.ReadAllAsync(_stop.Token))
            {
                while (!await TryAsync(id))
                {
                    await Task.Delay(Pause, time, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left is on disk, and done after the next start.
            return;
        }
    }

    private async Task<bool> TryAsync(string id)
    {
        try
        {
            if (journal.Document(ForgettingRecords.Open, id) is { } body)
            {
                await EraseAsync(id, ContractJson.Read<OpenErasure>(body));
            }

            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            PeopleLog.NotErased(log, failure, id);
            return false;
        }
    }

    private async Task EraseAsync(string id, OpenErasure open)
    {
        if (open.Person is { } person)
        {
            await ClearAsync(open.Topics);
            RenameFollower(person, id, open);
            await erasure.EraseAsync(new(person, id, open.InRooms), open.UpTo, _stop.Token);

            // Whoever asked for them in between has read the old ones.
            RenameFollower(person, id, open);
            await WriteAsync(transaction => ForgettingRecords.Rewritten(transaction, id, open));
        }

        // Also after a restart that came in between: what the logs still have is known to be there by this record alone.
        await erasure.WipeAsync(_stop.Token);
        await WriteAsync(transaction => ForgettingRecords.Erased(transaction, id));
        PeopleLog.Erased(log, id);
    }

    private void RenameFollower(string person, string id, OpenErasure open)
    {
        if (open.InRooms)
        {
            receipts.Rename(person, id);
        }
    }

    private Task<bool> WriteAsync(Action<JournalTransaction> write) => journal.WriteAsync(transaction =>
    {
        write(transaction);
        return true;
    });

    // Behind what their enrollments said last.
    private Task ClearAsync(IReadOnlyList<string> topics)
    {
        var cleared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        post.Clear(topics, () => cleared.TrySetResult());
        return cleared.Task.WaitAsync(_stop.Token);
    }
}

internal static partial class PeopleLog
{
    [LoggerMessage(
        4500, LogLevel.Information, "somebody was forgotten by {By}; history calls them {Id}, and {Fingers} fingers are to be deleted on their scanners")]
    public static partial void Forgotten(ILogger logger, string by, string id, int fingers);

    [LoggerMessage(4501, LogLevel.Information, "nothing that is kept says who {Id} was")]
    public static partial void Erased(ILogger logger, string id);

    [LoggerMessage(4502, LogLevel.Error, "who {Id} was could not be taken out of history; this is tried again")]
    public static partial void NotErased(ILogger logger, Exception failure, string id);

    [LoggerMessage(
        4503, LogLevel.Warning,
        "scanner {Device} did not delete slot {Slot}, a finger of somebody forgotten: {Reason}; asked again in {Seconds} s, and when it connects")]
    public static partial void FingerNotDeleted(ILogger logger, string device, int slot, string reason, int seconds);

    [LoggerMessage(4504, LogLevel.Warning, "{Count} scanners could not be asked again to delete fingers of those who were forgotten")]
    public static partial void NotAskedAgain(ILogger logger, Exception failure, int count);
}
