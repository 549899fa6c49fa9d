using System.Diagnostics;
using System.Text.Json.Nodes;
using Gateway.Tests.Architecture;

namespace Gateway.Tests.EndToEnd;

/// <summary>The example that people copy, as they run it: scripts/job-report behind a pipe, and around a command.</summary>
public sealed class JobReportTests() : ServiceTest(Admin)
{
    [Test, Category("Slow")]
    public async Task Pipe_IsReported_LineByLine_AndPassesOn()
    {
        var (output, _, status) = await RunAsync("printf 'one\\ntwo \"quoted\" \\\\ é\\nthree' | scripts/job-report --name import --ref a.csv");
        var job = await JobAsync();

        Assert.That((status, output), Is.EqualTo((0, "one\ntwo \"quoted\" \\ é\nthree\n")));
        Assert.That(((string?)job["state"], (long?)job["done"], (int?)job["percent"], (string?)job["ref"]), Is.EqualTo(("succeeded", 3, 100, "a.csv")));
        Assert.That((string?)job["message"], Is.EqualTo("three"));
    }

    [Test]
    public async Task Command_ThatFails_FailsItsJob_AndKeepsItsStatus()
    {
        var (_, _, status) = await RunAsync("scripts/job-report --name import -- sh -c 'echo row 3/10; echo \"no such file\" >&2; exit 7'");
        var job = await JobAsync();

        Assert.That(((string?)job["state"], (long?)job["total"], (string?)job["message"]), Is.EqualTo(("failed", 10, "no such file")));
        Assert.That(status, Is.EqualTo(7));
    }

    [TestCase("copied 7 %", 7)]
    [TestCase("10%\\r  45.7%\\r", 45)]
    [TestCase("row 007/0010 of /data/2026/11/21", 7)]
    [Category("Slow")]
    public async Task Line_ThatTellsHowFarItIs_IsBelieved(string line, int done)
    {
        await RunAsync($"printf '%b\\n' '{line}' | scripts/job-report --name import");

        Assert.That((long?)(await JobAsync())["done"], Is.EqualTo(done));
    }

    [TestCase("row 10/100", "failed", "ended at 10 of 100")]
    [TestCase("copied 7 %", "failed", "ended at 7 of 100")]
    [TestCase("row 9/10; echo more", "failed", "ended at 9 of 10")]
    [TestCase("row 100/100", "succeeded", "row 100/100")]
    public async Task Pipe_WhoseCommandIsKilledHalfway_IsNoSuccess(string line, string state, string message)
    {
        // A pipe does not tell how its command ended: only what it said of itself can.
        await RunAsync($"sh -c 'echo {line}; kill -9 $$' | scripts/job-report --name import");
        var job = await JobAsync();

        Assert.That(((string?)job["state"], (string?)job["message"]), Is.EqualTo((state, message)));
    }

    [Test]
    public async Task Pipe_WithATotalThatIsNotReached_IsNoSuccess()
    {
        var (output, errors, status) = await RunAsync("printf 'a\nb\n' | scripts/job-report --name import --total 3");

        Assert.That(((string?)(await JobAsync())["state"], (string?)(await JobAsync())["message"]), Is.EqualTo(("failed", "ended at 2 of 3")));
        Assert.That((status, output), Is.EqualTo((1, "a\nb\n")));
        Assert.That(errors, Does.Contain("ended at 2 of 3"));
    }

    [Test]
    public async Task Command_ThatEndsWell_IsBelieved_WhateverItSaidOnTheWay()
    {
        var (_, _, status) = await RunAsync("scripts/job-report --name import -- echo row 10/100");

        Assert.That(((string?)(await JobAsync())["state"], status), Is.EqualTo(("succeeded", 0)));
    }

    [TestCase("--help")]
    [TestCase("-h")]
    public async Task Help_TellsBothForms_AndWhatAPipeCannotKnow(string option)
    {
        var (output, _, status) = await RunAsync($"scripts/job-report {option}");

        Assert.That(status, Is.Zero);
        string[] said = ["| scripts/job-report --name", "--name import ", " -- some-command", "cannot"];
        Assert.That(said.Where(part => !output.Contains(part, StringComparison.Ordinal)), Is.Empty);
        Assert.That(output, Does.Not.Contain("set -u"));
    }

    [Test]
    public async Task Command_StoppedBySignal_WithAllAroundIt_FailsItsJob()
    {
        var (_, _, status) = await RunAsync("scripts/job-report --name import -- sh -c 'echo begun; kill -9 $PPID $$'");

        Assert.That(status, Is.EqualTo(130));
        Assert.That(((string?)(await JobAsync())["state"], (string?)(await JobAsync())["message"]), Is.EqualTo(("failed", "stopped by a signal")));
    }

    [TestCase("scripts/job-report --name import -- seq 100000 | head -1")]
    [TestCase("seq 100000 | scripts/job-report --name import | head -1")]
    [TestCase("scripts/job-report --name import -- seq 100000 >/dev/full; echo 1")]
    [Category("Slow")]
    public async Task OutputThatNobodyTakes_FailsTheJob_AndStopsTheCommand(string script)
    {
        var (output, _, _) = await RunAsync(script);

        Assert.That(output, Is.EqualTo("1\n"));
        await Eventually.HoldsAsync(async () => (string?)(await JobAsync())["state"] == "failed", "it does not run for ever");
        Assert.That((string?)(await JobAsync())["message"], Is.EqualTo("its output could not be passed on"));
    }

    [Test, Category("Slow")]
    public async Task ServiceThatIsAway_NeitherStopsNorFailsTheCommand()
    {
        var (output, errors, status) = await RunAsync("echo done | GATEWAY_URL=http://127.0.0.1:1 scripts/job-report --name import");

        Assert.That((status, output), Is.EqualTo((0, "done\n")));
        Assert.That(errors, Does.Contain("no job was made"));
    }

    [Test]
    public async Task WrongToken_DoesNotStopTheCommand_AndSaysSo()
    {
        var (output, errors, status) = await RunAsync("scripts/job-report --name import -- echo done", token: "wrong");

        Assert.That((status, output), Is.EqualTo((0, "done\n")));
        Assert.That(errors, Does.Contain("no job was made").And.Contain("unauthenticated"));
    }

    [TestCase("")]
    [TestCase("--name import --")]
    [TestCase("--name import --total many")]
    public async Task Arguments_ThatAreWrong_AreAnsweredWithTheUsage(string arguments) =>
        Assert.That((await RunAsync($"scripts/job-report {arguments} </dev/null")).Status, Is.EqualTo(2));

    private async Task<JsonNode> JobAsync() => (await Service.GetAsync("/api/jobs"))["items"]!.AsArray().Single()!;

    private async Task<(string Output, string Errors, int Status)> RunAsync(string script, string token = GatewayFixture.AdminToken)
    {
        var start = new ProcessStartInfo("sh", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["GATEWAY_TOKEN"] = token;
        start.Environment["GATEWAY_URL"] = Service.Page.ToString().TrimEnd('/');
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        return (await output, await errors, process.ExitCode);
    }
}
