namespace Gateway.Storage;

/// <summary>Work for the one writer whose submitter waits until it is on disk.</summary>
internal abstract class AwaitedWork : IStoreWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public abstract void Write(StoreTransaction transaction);

    public void Completed(Exception? failure)
    {
        if (failure is null)
        {
            _done.SetResult();
        }
        else
        {
            _done.SetException(failure);
        }
    }
}
