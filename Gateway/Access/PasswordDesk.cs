namespace Gateway.Access;

/// <summary>Where passwords are tried: few at a time, since each is slow by design, and after a growing wait when they are wrong.</summary>
internal sealed class PasswordDesk(Accounts accounts, AuthThrottle throttle) : IDisposable
{
    // Half a core or so for all who guess; the rest is for scans.
    private readonly SemaphoreSlim _places = new(2);

    /// <summary>Who it is; null when name or password is wrong. Unknown names take as long.</summary>
    /// <exception cref="Contract.RequestRefusedException">They have to wait first.</exception>
    public async Task<KeptUser?> TryAsync(HttpContext context, string name, string password)
    {
        var remote = context.Connection.RemoteIpAddress;
        Demand(context, throttle.Wait(remote, name));
        var user = accounts.Users.Find(name);
        await _places.WaitAsync(context.RequestAborted);
        try
        {
            // Asked again: those who waited here at the same time are all tries of the same guesser.
            Demand(context, throttle.Wait(remote, name));
            if (await Task.Run(() => Password.IsRight(password, user?.Password ?? Password.OfNobody)) && user is not null)
            {
                throttle.Succeeded(remote, name);
                return accounts.Users.Find(name) is { } now && now.Holder == user.Holder ? now : null;
            }

            throttle.Failed(remote, name);
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private static void Demand(HttpContext context, TimeSpan? wait)
    {
        if (wait is { } left)
        {
            HttpRate.RetryAfter(context, left);
            throw new Contract.RequestRefusedException(
                StatusCodes.Status429TooManyRequests, "limited", "Too many wrong passwords; wait before the next.");
        }
    }
}
