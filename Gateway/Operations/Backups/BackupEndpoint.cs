using Gateway.Access;
using Gateway.Contract;
using Gateway.Storage;
using Gateway.Storage.Sqlite;

namespace Gateway.Operations.Backups;

/// <summary>GET /api/backup: everything that was acknowledged before the request, as one file, while the service goes on.</summary>
internal sealed class BackupEndpoint(SqliteFile file, IStore store, TimeProvider time, ILogger<BackupEndpoint> log)
{
    private const string Sending = "sending-backup-";

    // One at a time: each is a whole copy on the same disk.
    private int _isRunning;

    public async Task<IResult> GetAsync()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 1)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, "backup_running", "Another backup is being made; wait until it is done.");
        }

        try
        {
            return await MakeAsync();
        }
        catch (StoreException failure)
        {
            OperationsLog.BackupFailed(log, failure, failure.Message);
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "unavailable", $"There is no backup: {failure.Message}.");
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private async Task<IResult> MakeAsync()
    {
        await store.SettleAsync();
        var now = time.GetUtcNow();
        var folder = Path.GetDirectoryName(file.Path)!;
        foreach (var left in Directory.GetFiles(folder, $"{Sending}*"))
        {
            // A kill left it, or somebody still reads it and keeps what he has open.
            File.Delete(left);
        }

        var path = Path.Combine(folder, $"{Sending}{Guid.CreateVersion7():N}");
        try
        {
            // Minutes for a large journal; it holds a thread of its own, not the pool's.
            await Task.Factory.StartNew(
                () => SqliteCopy.Write(file.Path, path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            // Goes with its last reader, however the download ends.
            var copy = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Delete, bufferSize: 81_920, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            OperationsLog.BackedUp(log, copy.Length);
            return Results.File(copy, "application/vnd.sqlite3", $"gateway-{now:yyyy-MM-dd'T'HH-mm-ss}Z.db");
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}

internal static class BackupMapping
{
    public static void MapBackup(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/backup", (BackupEndpoint backup) => backup.GetAsync());
}
