using RailCrm.Benchmarks;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

Directory.CreateDirectory(options.Data);
await using var database = await Database.Open(options);
return options.Verb == "generate" ? await Generate.Run(options, database) : await Measure.Run(options, database);
