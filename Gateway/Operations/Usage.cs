namespace Gateway.Operations;

internal static class Usage
{
    public static int Print(TextWriter output)
    {
        output.WriteLine("""
            Without arguments the service starts: MQTT on 1883, pages on http://localhost:8080.

              --Section:Key value   any setting of appsettings.json, e.g. --Http:Port 80, --Simulate:Scanners 2
              sign-in               a new admin token and the link that opens the page with it
              --help                this text
            """);
        return 0;
    }
}
