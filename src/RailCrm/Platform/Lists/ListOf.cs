using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;

namespace RailCrm.Platform.Lists;

/// <summary>A view that comes with the list.</summary>
/// <param name="Key">Its name in addresses.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Address">What it asks for.</param>
public sealed record SystemView(string Key, string TextKey, string Address)
{
    /// <summary>Whether the list opens with it for whoever has chosen no other.</summary>
    public bool Opens { get; init; }
}

/// <summary>A page of a list's rows.</summary>
/// <param name="Lines">The rows, with the cells of the columns asked for.</param>
/// <param name="Names">For each column that refers to other rows, what those are called.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="Previous">Where the page before begins.</param>
public sealed record LinePage(IReadOnlyList<Line> Lines, IReadOnlyDictionary<string, IReadOnlyDictionary<long, string>> Names, string? Next, string? Previous);

/// <summary>All rows of a view, read as they are asked for.</summary>
/// <param name="Batches">The rows, some at a time.</param>
public sealed record AllLines(IAsyncEnumerable<LinePage> Batches);

/// <summary>The rows that share a value.</summary>
/// <param name="Value">The value; null where there is none.</param>
/// <param name="Text">The value as people read it.</param>
/// <param name="Asked">The value as a filter takes it.</param>
/// <param name="Count">How many.</param>
/// <param name="Sums">Their sums, in the order of <see cref="ListOf.Summed"/>.</param>
/// <param name="Others">How many smaller groups it stands for; 0 where it is one group.</param>
public sealed record Group(object? Value, string Text, string Asked, long Count, IReadOnlyList<long> Sums, int Others = 0);

/// <summary>A list as a module declares it: the page, the API, the export, saved views and work on many rows all read this one declaration.</summary>
public abstract class ListOf
{
    /// <summary>Its name where views are kept.</summary>
    public abstract string Key { get; }

    /// <summary>What its rows are, as the audit trail names them.</summary>
    public abstract string Entity { get; }

    /// <summary>The page it stands on.</summary>
    public abstract string Path { get; }

    /// <summary>What it is called.</summary>
    public abstract string TextKey { get; }

    /// <summary>Who may see it.</summary>
    public abstract string Permission { get; }

    /// <summary>Its order where none is asked for.</summary>
    public abstract string Order { get; }

    /// <summary>What its search looks through; null where it has none.</summary>
    public virtual string? SearchKey => null;

    /// <summary>Its fields.</summary>
    public abstract IReadOnlyList<ListField> Fields { get; }

    /// <summary>The columns shown where none are chosen.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Whether its first column holds names, which need width.</summary>
    public virtual bool HasNames => true;

    /// <summary>Whether its groups can be laid out as a board: rows are moved between columns there, so that they need a field which says how far each has come.</summary>
    public virtual bool HasBoard => true;

    /// <summary>The field that stands small below the name; null for none.</summary>
    public virtual string? Below => null;

    /// <summary>The filters always in sight.</summary>
    public abstract IReadOnlyList<string> Quick { get; }

    /// <summary>The views that come with it.</summary>
    public abstract IReadOnlyList<SystemView> Views { get; }

    /// <summary>What its rows are where marks are kept, one of <see cref="Records.RecordKind"/>; null where they cannot be marked.</summary>
    public virtual string? MarkedAs => null;

    /// <summary>What can be done to many of its rows.</summary>
    public virtual IReadOnlyList<ListWork> Works => [];

    /// <summary>Who may change a cell where it stands; null where nobody may.</summary>
    public virtual string? EditPermission => null;

    /// <summary>The sections of the record's form, in its order, with the fields of each that can be changed in many rows at once; the group's own come behind them.</summary>
    public virtual IReadOnlyList<(string TextKey, IReadOnlyList<string> Fields)> Sections => [];

    /// <summary>Where counting stops: "1,000+" is all a reader needs to know, and a million rows take longer to count than to show.</summary>
    public virtual int MostCounted => 1_000;

    /// <summary>A field by its key; null where there is none.</summary>
    public ListField? Find(string? key) => key is null ? null : Fields.FirstOrDefault(f => f.Key == key);

    /// <summary>Whether it has a field that its reader may not see: a view that asks by it is refused, for without the condition there would be more rows.</summary>
    internal virtual bool Keeps(string key) => false;

    /// <summary>The columns that a view shows: the name always first, then those that stay in sight with it, then the others.</summary>
    public IReadOnlyList<ListColumn> ColumnsOf(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var chosen = (view.Columns ?? Columns).Select(c => ListColumn.Read(this, c)).OfType<ListColumn>().DistinctBy(c => c.Field).ToList();
        var name = Fields.First(f => f.IsName);
        var pinned = chosen.Where(c => c.Pinned && c.Field != name).Take(ListColumn.MostPinned).ToList();
        return [(chosen.Find(c => c.Field == name) ?? new(name, null, false)) with { Pinned = false }, .. pinned, .. chosen.Where(c => c.Field != name && !pinned.Contains(c)).Select(c => c with { Pinned = false })];
    }

    /// <summary>Own figures that are summed at once, at most.</summary>
    private const int MostOwnSums = 8;

    /// <summary>What is summed in the groups of a view: the declared sums, then those of the group's own figures, the ones it shows first. Where its rows are many, the groups tell the declared ones alone.</summary>
    public IReadOnlyList<ListField> Summed(View view)
    {
        var shown = ColumnsOf(view).Select(c => c.Field).ToList();
        return [.. Fields.Where(f => f.IsSummed), .. Fields.Where(f => f.IsSummedNear).OrderBy(f => f.Key == view.Measure ? 0 : shown.Contains(f) ? 1 : 2).Take(MostOwnSums)];
    }

    /// <summary>The page of a record.</summary>
    public virtual string Record(Line line) => $"{Path}/{line.Id}";

    /// <summary>The page that shows what is masked in a row, for a reason; null where there is none.</summary>
    public virtual string? Reveal(Line line) => null;

    /// <summary>One page of a view.</summary>
    public abstract Task<Result<LinePage>> Read(CrmDb db, View view, IReadOnlyList<ListField> columns, CancellationToken ct);

    /// <summary>Why one condition is refused by itself, whatever stands beside it; null where it is not.</summary>
    public abstract Task<Refusal?> Unfit(CrmDb db, Criterion asked, CancellationToken ct);

    /// <summary>How many rows a view has, counted no further than one beyond <paramref name="most"/>.</summary>
    public abstract Task<int> Count(CrmDb db, View view, int most, CancellationToken ct);

    /// <summary>Those of some rows that the actor may not change, though others of the list he may: they are only shared with him.</summary>
    public virtual Task<IReadOnlySet<long>> Fixed(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) => Task.FromResult<IReadOnlySet<long>>(new HashSet<long>());

    /// <summary>The field that a refusal names where a view holds too many rows for the order asked for.</summary>
    internal const string SortField = "sort";

    /// <summary>What all rows of a view add up to; null where nothing tells it in the time that a reader waits for a page.</summary>
    public virtual Task<Totals?> Total(CrmDb db, View view, CancellationToken ct) => Task.FromResult<Totals?>(null);

    /// <summary>The rows of a view by the values of a field, with their sums; largest first for references, else in the field's order.</summary>
    public abstract Task<Result<List<Group>>> Groups(CrmDb db, View view, ListField by, CancellationToken ct);

    /// <summary>The records before and behind one in a view; null where there is none.</summary>
    public abstract Task<(long? Previous, long? Next)> Beside(CrmDb db, View view, long id, CancellationToken ct);

    /// <summary>All rows of a view in its order, batch by batch, however many; or why there are none.</summary>
    public abstract Task<Result<AllLines>> ReadAll(CrmDb db, View view, IReadOnlyList<ListField> columns, CancellationToken ct);

    /// <summary>All ids of a view in its order, batch by batch.</summary>
    public abstract IAsyncEnumerable<IReadOnlyList<long>> Ids(CrmDb db, View view, CancellationToken ct);

    /// <summary>Why a work on many cannot even be ordered: a field that is none, a value that is wrong for every row. Null where it can.</summary>
    public virtual Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) => Task.FromResult<Refusal?>(null);

    /// <summary>What a work may choose from, such as the units to assign to; empty where it asks for nothing or for a field.</summary>
    public virtual Task<IReadOnlyList<(string Value, string Text)>> WorkChoices(CrmDb db, string act, CancellationToken ct) => Task.FromResult<IReadOnlyList<(string, string)>>([]);

    /// <summary>Does a work to some rows, in the transaction that is open, and writes on each how it came out. With <see cref="WorkOrder.UndoOf"/> it takes back what each row says was there before.</summary>
    public virtual Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct) => throw new InvalidOperationException($"{Key} knows no work on many rows.");

    /// <summary>Follows once, when a work has been done to all its rows or was stopped.</summary>
    public virtual Task Worked(IServiceProvider services, long jobId, WorkOrder order, CancellationToken ct) => Task.CompletedTask;

    /// <summary>Whether a work can be taken back.</summary>
    public virtual bool Undoes(string act) => true;

    /// <summary>Changes one field of one row through the use case that its form uses; refused where it no longer holds <paramref name="was"/>.</summary>
    public virtual Task<Result<Edited>> Edit(IServiceProvider services, long id, ListField field, string? value, string? was, CancellationToken ct) => throw new InvalidOperationException($"{Key} cannot be changed in the list.");

    /// <summary>The field that the groups of a view go by; a board has no columns in time.</summary>
    public ListField GroupedBy(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.Layout != "board" ? Find(view.Group) ?? Fields.First(f => f.IsGrouped) : Find(view.Group) is { IsOnBoard: true } asked ? asked : Fields.FirstOrDefault(f => f.IsOnBoard && f.Options.Any()) ?? Fields.First(f => f.IsOnBoard);
    }

    /// <summary>So many groups stand unfolded at once: each is read by itself.</summary>
    public const int MostUnfolded = 12;

    /// <summary>The field that each of those groups is divided by; null where its rows stand in it.</summary>
    public ListField? ThenBy(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.Layout == "groups" && Find(view.Then) is { } then && then != GroupedBy(view) ? then : null;
    }

    /// <summary>A view as a file: with every field, as the import takes it back, or with the columns seen.</summary>
    internal Task<Result<TableExport>> Export(IServiceProvider services, View view, bool whole, string format, CancellationToken ct) =>
        whole ? Whole(services, view, format, ct) : services.GetRequiredService<ExportSeen>().Run(this, view, format, ct);

    /// <summary>The customers that some rows belong to, each at least once.</summary>
    internal abstract Task<IReadOnlyList<long>> CustomersOf(CrmDb db, IReadOnlyList<Line> lines, CancellationToken ct);

    /// <summary>The file with every field.</summary>
    internal virtual Task<Result<TableExport>> Whole(IServiceProvider services, View view, string format, CancellationToken ct) => throw new InvalidOperationException($"{Key} has no file of every field.");

    /// <summary>What some rows are called, those in the bin too; only those that the actor sees.</summary>
    public abstract Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct);
}

/// <summary>A cell as it is after it was changed.</summary>
/// <param name="Text">As people read it.</param>
/// <param name="Value">As one would type it.</param>
/// <param name="Undo">What takes the change back, where that is not the same field of the same row as it was before.</param>
public sealed record Edited(string Text, string Value, Retaken? Undo = null);

/// <summary>A change of another row that takes a change back.</summary>
/// <param name="RowId">The row.</param>
/// <param name="Value">What it is to hold.</param>
/// <param name="Was">What it holds now.</param>
public sealed record Retaken(long RowId, string Value, string Was);
