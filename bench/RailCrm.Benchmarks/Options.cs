using System.Globalization;

namespace RailCrm.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Verb">generate or run.</param>
/// <param name="Postgres">PostgreSQL, else SQLite.</param>
/// <param name="Customers">Customers to generate.</param>
/// <param name="Lines">Waybill lines to generate.</param>
/// <param name="Seed">The same seed gives the same rows.</param>
/// <param name="Data">Folder of the databases.</param>
/// <param name="Only">Measure only what has this in its name.</param>
/// <param name="Seconds">How long each measurement at concurrency 8 lasts.</param>
/// <param name="Sql">Print the statements behind each page.</param>
/// <param name="Product">Folder of the product that is measured.</param>
internal sealed record Options(string Verb, bool Postgres, int Customers, int Lines, int Seed, string Data, string? Only, int Seconds, bool Sql, string Product)
{
    public const string Usage = """
        dotnet run -c Release --project bench/RailCrm.Benchmarks -- generate|run --engine sqlite|postgres
            [--customers 1000000] [--lines 10000000] [--seed 1] [--data bench/data] [--only NAME] [--seconds 5] [--sql yes] [--product FOLDER]
        """;

    public static Options? Parse(string[] args)
    {
        if (args is not ["generate" or "run", ..] || args.Length % 2 == 0)
        {
            return null;
        }

        var given = new Dictionary<string, string>();
        for (var i = 1; i < args.Length; i += 2)
        {
            given[args[i]] = args[i + 1];
        }

        int Number(string name, int otherwise) => given.Remove(name, out var text) ? int.Parse(text.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) : otherwise;
        string? Text(string name) => given.Remove(name, out var text) ? text : null;
        var engine = Text("--engine");
        var options = new Options(args[0], engine == "postgres", Number("--customers", 1_000_000), Number("--lines", 10_000_000), Number("--seed", 1), Path.GetFullPath(Text("--data") ?? "bench/data"), Text("--only"), Number("--seconds", 5), Text("--sql") is not null,
            Path.GetFullPath(Text("--product") ?? Path.Combine(AppContext.BaseDirectory, "../../RailCrm/release")));
        return engine is "sqlite" or "postgres" && given.Count == 0 ? options : null;
    }
}
