using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Lists;

/// <summary>What hangs on one record, as the API tells it before the record goes into the bin and while it lies there.</summary>
internal sealed class Dependants(CrmDb db, IEnumerable<Hanging> hangings, AskedView asked)
{
    /// <summary>Rows of a page that tells it of each, at most: it is counted row by row.</summary>
    public const int MostRows = 20;

    /// <summary>Some of it.</summary>
    /// <param name="Kind">What it is, as a key that does not change with the language.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Count">How much; counting stops behind <see cref="Hanging.Most"/>.</param>
    public sealed record Item(string Kind, string Name, int Count);

    /// <summary>What hangs on a record that the actor is known to see.</summary>
    public async Task<IReadOnlyList<Item>> Of(string list, long id, CancellationToken ct) =>
        [.. (await Hanging.On(db, hangings, list, [id], ct)).Select(h => new Item(h.TextKey, Texts.Get(h.TextKey), h.Count))];

    /// <summary>The same of a record that stands in the list, or in its bin for those who may look there.</summary>
    /// <param name="list">The list, by its key.</param>
    /// <param name="bin">Its bin, by its key.</param>
    /// <param name="id">The record.</param>
    /// <param name="customer">The customer it must belong to; null where the address names none.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Listing<Item>>> Run(string list, string bin, long id, long? customer, CancellationToken ct)
    {
        var one = View.Plain with { Limit = 1, Filter = new([[new("id", "=", [id.ToString(CultureInfo.InvariantCulture)])]]) };
        foreach (var of in new[] { asked.Find(list), asked.Find(bin) }.OfType<ListOf>())
        {
            IReadOnlyList<ListField> columns = customer is null ? [] : [of.Find("customer")!];
            if ((await of.Read(db, one, columns, ct)).TryGet(out var page, out _) && page.Lines is [var line] && (customer is null || Equals(line.Cells[0], customer)))
            {
                return new Listing<Item>(await Of(list, id, ct), null);
            }
        }

        return new Refusal.NotFound();
    }
}
