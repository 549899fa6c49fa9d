using Gateway;
using Gateway.Contract;
using Gateway.Operations;
using Gateway.Operations.Backups;
using Gateway.Simulation;

OwnFiles.Only();

// Errors of the person at the keyboard get a sentence; what is left over is ours and gets its stack trace.
try
{
    return args switch
    {
        _ when args.Any(static word => word is "--help" or "-h") => Usage.Print(Console.Out),
        ["sign-in", .. var rest] => SignInCommand.Run(rest, Console.Out),
        ["backup", .. var rest] => BackupCommands.Backup(rest, Console.Out),
        ["trace", .. var rest] => await TraceCommand.RunAsync(rest, Console.Out),
        ["restore", .. var rest] => BackupCommands.Restore(rest, Console.Out),
        ["simulate", .. var rest] => await SimulateCommand.RunAsync(rest, Console.Out),
        [{ } word, ..] when !word.StartsWith('-') =>
            throw new SettingException([$"There is no command '{word}'. Without a command the service starts; --help names the commands."]),
        _ => await GatewayHost.RunAsync(args),
    };
}
catch (SettingException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
