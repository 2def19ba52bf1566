return await RailCrm.Platform.Cli.CommandLine.Run(args);
