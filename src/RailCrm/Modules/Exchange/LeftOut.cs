namespace RailCrm.Modules.Exchange;

/// <summary>The columns of a file that an import does not take, and why, so that none is passed over without a word.</summary>
/// <param name="Withheld">They say who made a record and when: only whoever manages accounts may take that over, and the actor may not.</param>
/// <param name="Offered">The same, for one who may and has not chosen them.</param>
/// <param name="Unmapped">No field takes them.</param>
internal sealed record LeftOut(IReadOnlyList<string> Withheld, IReadOnlyList<string> Offered, IReadOnlyList<string> Unmapped)
{
    /// <summary>Most that are told by name: it is kept with the work.</summary>
    private const int Most = 50;

    /// <summary>What is left of the columns beside those used.</summary>
    /// <param name="kind">With the fields that the actor may fill.</param>
    /// <param name="columns">The file's headers.</param>
    /// <param name="used">Those that fill a field.</param>
    public static LeftOut Of(ImportKind kind, IReadOnlyList<string> columns, IReadOnlySet<string> used)
    {
        var origin = ImportKind.Named(kind.Name)!.Fields.Where(f => f.IsOrigin).SelectMany(f => f.Names).ToHashSet(StringComparer.Ordinal);
        var left = columns.Where((c, i) => !used.Contains(c) && c != $"#{i + 1}").Take(Most)
            .ToLookup(c => origin.Contains(FieldMap.Plain(c)) || origin.Contains(FieldMap.Plain(FieldMap.WithoutUnit(c))), ImportPreview.Short);
        var may = kind.Fields.Any(f => f.IsOrigin);
        return new(may ? [] : [.. left[true]], may ? [.. left[true]] : [], [.. left[false]]);
    }
}
