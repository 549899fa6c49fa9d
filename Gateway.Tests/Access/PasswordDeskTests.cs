using System.Net;
using Gateway.Access;
using Gateway.Contract;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Access;

/// <summary>Passwords that are guessed all at once are looked at no more often than those that are guessed one by one.</summary>
public sealed class PasswordDeskTests : FolderTest
{
    [Test]
    public async Task Guesses_AllAtOnce_AreLookedAtAFewTimes_AndTheRestWaits()
    {
        var time = new ManualTime();
        await using var some = SomeJournal.Open(Folder, time);
        var parts = new AccessParts(some.Journal, Folder.Path, time);
        using var desk = new PasswordDesk(parts.Accounts, parts.NewThrottle(new() { AuthFailures = 3 }));
        var guesses = await Task.WhenAll(Enumerable.Range(0, 40).Select(async guess =>
        {
            var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("192.168.1.66") } };
            try
            {
                return await desk.TryAsync(context, "ada", $"guess number {guess}") is null;
            }
            catch (RequestRefusedException refusal) when (refusal.Status == StatusCodes.Status429TooManyRequests)
            {
                return false;
            }
        }));

        // Three, and the one that was being looked at beside the third.
        Assert.That(guesses.Count(isLookedAt => isLookedAt), Is.InRange(3, 4));
    }
}
