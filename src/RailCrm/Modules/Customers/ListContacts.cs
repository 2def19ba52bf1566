using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>People at customers in the actor's scope as the API tells them, and all of a view as the export writes them.</summary>
internal sealed class ListContacts(CrmDb db, CustomFields fields, ContactList list, AskedView asked)
{
    /// <summary>The view; its fields are the query string, so that the address is the view.</summary>
    /// <param name="Q">Name, pinyin, initials, mobile or phone.</param>
    /// <param name="Customer">The customer.</param>
    /// <param name="Unit">The unit that owns the customer, with everything under it.</param>
    /// <param name="Tier">The customer's: large, medium, small, atRisk or prospective.</param>
    /// <param name="Mobile">A mobile that begins so.</param>
    /// <param name="Main">Only main contacts, or only others.</param>
    /// <param name="Active">Only those in use, or only those no longer.</param>
    /// <param name="Mine">Only those at customers whose manager the reader is.</param>
    /// <param name="Sort">name or created, and in a view of few also customer or title, with a dash before it for descending; by name where missing.</param>
    /// <param name="Cursor">Where the page begins, as an earlier answer gave it.</param>
    /// <param name="Limit">Rows of a page, at most 200.</param>
    /// <param name="Filter">Any field of the list: <c>main=true;tier=large|mobile~138</c>. A semicolon is "and", a bar "or", a comma separates values.</param>
    /// <param name="View">A saved view, by its key; the rest narrows it further.</param>
    public sealed record Query(
        string? Q = null, long? Customer = null, long? Unit = null, string? Tier = null, string? Mobile = null, bool? Main = null, bool? Active = null, bool? Mine = null,
        string? Sort = null, string? Cursor = null, int Limit = 50, string? Filter = null, string? View = null)
    {
        /// <summary>What holds, by its name in the address; nothing that is left to its default.</summary>
        public IEnumerable<KeyValuePair<string, string?>> Fields() => new Dictionary<string, string?>
        {
            ["q"] = Q, ["customer"] = Customer?.ToString(CultureInfo.InvariantCulture), ["unit"] = Unit?.ToString(CultureInfo.InvariantCulture), ["tier"] = Tier, ["mobile"] = Mobile, ["main"] = Flag(Main), ["active"] = Flag(Active),
            ["mine"] = Mine == true ? "true" : null, ["filter"] = Filter, ["view"] = View, ["sort"] = Sort, ["limit"] = Limit == 50 ? null : Math.Max(1, Limit).ToString(CultureInfo.InvariantCulture), ["cursor"] = Cursor,
        }.Where(f => !string.IsNullOrEmpty(f.Value));

        private static string? Flag(bool? said) => said switch { true => "true", false => "false", null => null };
    }

    /// <summary>A contact in the list.</summary>
    public sealed record Item : SaveContact.Depth
    {
        internal Item(Line line, IReadOnlyDictionary<string, string?>? custom) : base(line.Contact)
        {
            var k = line.Contact;
            (Id, CustomerId, CustomerNumber, CustomerName, Name, Title, Mobile, Phone, Email) = (k.Id, k.CustomerId, line.Number, line.Customer, k.Name, k.Title, k.Mobile, k.Phone, k.Email);
            (IsMain, Active, CreatedAt, Version, Custom) = (k.IsMain, k.Active, k.CreatedAt, k.Version, custom);
        }

        /// <summary>Its key.</summary>
        public long Id { get; }

        /// <summary>Whose.</summary>
        public long CustomerId { get; }

        /// <summary>The customer's number.</summary>
        public string CustomerNumber { get; }

        /// <summary>The customer's name.</summary>
        public string CustomerName { get; }

        /// <summary>Name.</summary>
        public string Name { get; }

        /// <summary>Title.</summary>
        public string? Title { get; }

        /// <summary>Mobile.</summary>
        public string? Mobile { get; private init; }

        /// <summary>Landline.</summary>
        public string? Phone { get; private init; }

        /// <summary>E-mail.</summary>
        public string? Email { get; private init; }

        /// <summary>Whether it is the first one to call.</summary>
        public bool IsMain { get; }

        /// <summary>Whether the person still works there and for us.</summary>
        public bool Active { get; }

        /// <summary>UTC.</summary>
        public DateTime CreatedAt { get; }

        /// <summary>Raised with every change.</summary>
        public int Version { get; }

        /// <summary>The group's own fields.</summary>
        public IReadOnlyDictionary<string, string?>? Custom { get; }
    }

    /// <summary>A contact with what its customer is called.</summary>
    public sealed record Line(Contact Contact, string Number, string Customer)
    {
        /// <summary>The name of whom the contact reports to.</summary>
        public string? ReportsTo { get; init; }
    }

    /// <summary>All rows of a view, to be read once.</summary>
    public sealed record Whole(IAsyncEnumerable<IReadOnlyList<Line>> Batches);

    /// <summary>One page.</summary>
    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        if (!(await asked.Read(list, query.Fields(), ct)).TryGet(out var view, out var refusal) || !(await list.Read(db, view, [], ct)).TryGet(out var page, out refusal))
        {
            return refusal;
        }

        var lines = await Filled([.. page.Lines.Select(l => l.Id)], ct);
        return new Listing<Item>([.. lines.Select(Told)], page.Next) { PreviousCursor = page.Previous };
    }

    /// <summary>All rows of a view in its order, batch by batch.</summary>
    public async Task<Result<Whole>> All(View view, CancellationToken ct) =>
        (await list.Look(db, view with { Cursor = null }, int.MaxValue, ct)).TryGet(out var looked, out var refusal) ? new Whole(Batches(looked, ct)) : refusal;

    private async IAsyncEnumerable<IReadOnlyList<Line>> Batches(ListOf<Contact>.Looked looked, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var lines in list.Walk(looked, [], ct))
        {
            yield return await Filled([.. lines.Select(l => l.Id)], ct);
        }
    }

    /// <summary>The contacts of these ids in their order, those that the actor sees.</summary>
    private async Task<IReadOnlyList<Line>> Filled(IReadOnlyList<long> ids, CancellationToken ct)
    {
        var contacts = await db.Set<Contact>().AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.Id)).ToDictionaryAsync(k => k.Id, k => db.Actor.Fields.Cover("contacts", k), ct);
        var owners = contacts.Values.Select(k => k.CustomerId).Distinct().ToList();
        var customers = await db.Set<Customer>().Where(c => EF.Parameter(owners).Contains(c.Id)).Select(c => new { c.Id, c.Number, c.Name }).ToDictionaryAsync(c => c.Id, ct);
        var above = contacts.Values.Select(k => k.ReportsToId).OfType<long>().Distinct().ToList();
        var names = above.Count == 0 ? [] : await db.Set<Contact>().Where(k => EF.Parameter(above).Contains(k.Id)).Select(k => new { k.Id, k.Name }).ToDictionaryAsync(k => k.Id, k => k.Name, ct);
        return [.. ids.Where(i => contacts.TryGetValue(i, out var k) && customers.ContainsKey(k.CustomerId)).Select(i => contacts[i]).Select(k => new Line(k, customers[k.CustomerId].Number, customers[k.CustomerId].Name) { ReportsTo = names.GetValueOrDefault(k.ReportsToId ?? 0) })];
    }

    private Item Told(Line l) => new(l, fields.Said("contacts", l.Contact.Custom, db.Actor));

    public static async Task<IResult> Get([AsParameters] Query query, ListContacts useCase, CancellationToken ct) =>
        (await useCase.Run(query, ct)).Answer(page => TypedResults.Ok(page));
}
