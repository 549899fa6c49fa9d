namespace Gateway.Operations;

internal static class Usage
{
    public static int Print(TextWriter output)
    {
        output.WriteLine("""
            Without arguments the service starts: MQTT on 1883, pages on http://localhost:8080.

              --Section:Key value   any setting of appsettings.json, e.g. --Http:Port 80, --Simulate:Scanners 2
              sign-in               a new admin token and the link that opens the page with it
              backup FILE           a consistent copy of the data, whether the service runs or not
              restore FILE          puts such a copy in place, while the service is stopped; keeps the old data aside
              simulate              scanners and pages against a running gateway, with percentiles each second and a verdict
                                    (exit code 0: nothing lost, doubled or reordered); takes its scanners away afterwards:
                                    --url http://localhost:8080 --mqtt localhost:1883 --token TOKEN --scanners 10 --rate 1
                                    --enrollments N --pace SECONDS --retries CHANCE --faults none|all|cut,duplicate,reorder,lose-ack,leave --seed N
              trace ID              where each scan of an enrollment went, hop by hop, or where it stopped
              --help                this text
            """);
        return 0;
    }
}
