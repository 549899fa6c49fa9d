using System.Reflection;

namespace Gateway.Storage.Sqlite;

/// <summary>The steps from an empty file to the newest schema, embedded as NNNN_name.sql; the number is the schema that a step leads to.</summary>
internal static class MigrationSteps
{
    private const string Prefix = "Gateway.Storage.Sqlite.Migrations.";

    public static List<string> All()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return names.Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }).ToList();
    }
}
