using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Those that one record may be merged with: the pairs that are known and what is alike now, without those called two and those that the actor may not merge. Each read takes an index.</summary>
public sealed class FindAlike(CrmDb db)
{
    private const int Most = 10;

    /// <summary>Pairs of one record that are looked through; a block holds fewer.</summary>
    private const int MostPairs = 200;

    /// <summary>A number and a name, as a look-up puts them.</summary>
    public const int MostTyped = 260;

    /// <summary>One that may be the same.</summary>
    /// <param name="Id">Its key.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Hint">What else tells it from others.</param>
    /// <param name="Score">How likely, 1–100; null where too little is alike to be a pair.</param>
    /// <param name="Reasons">What is alike, the strongest first.</param>
    public sealed record Match(long Id, string Name, string Hint, int? Score, IReadOnlyList<string> Reasons);

    /// <summary>A record and those like it, the likeliest first.</summary>
    internal sealed record Choice<TRecord>(TRecord One, IReadOnlyList<Match> Alike);

    private sealed record Sign(int? Score, IReadOnlyList<string> Reasons);

    /// <summary>Customers like one.</summary>
    internal async Task<Result<Choice<Customer>>> OfCustomer(long id, CancellationToken ct)
    {
        var one = await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct);
        if (one is null)
        {
            return new Refusal.NotFound();
        }

        if (!await MergeGround.Owned(db, [one], ct))
        {
            return new Refusal.Forbidden("merge.unit_outside");
        }

        var (signs, two) = await Known<DuplicatePair>(id, ct);
        var near = (await FindDuplicates.Run(db, id, one.CreditCode, one.NormalizedName, one.PhoneDigits, ct, one.BusinessAddress ?? one.RegisteredAddress))
            .Where(m => m is { Id: { } other, InBin: false } && !two.Contains(other) && !signs.ContainsKey(other)).ToList();
        var subjects = near.Count == 0 ? [] : await RenewPairs.Subjects(db, [id, .. near.Select(m => m.Id!.Value)], ct);
        foreach (var match in near)
        {
            var other = match.Id!.Value;
            signs[other] = subjects.TryGetValue(id, out var a) && subjects.TryGetValue(other, out var b) && DuplicateScore.Of(a, b) is var (score, reasons)
                ? new(score, reasons.Split(',')) : new(null, [.. match.Reasons.Select(r => r == "creditCode" ? "code" : r)]);
        }

        var ids = signs.Keys.ToList();
        var others = ids.Count == 0 ? [] : await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).ToListAsync(ct);
        var owned = (await Ownership.Of(db, others, ct)).Owned;
        var units = others.Select(c => c.UnitId).Distinct().ToList();
        var names = units.Count == 0 ? [] : await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return new Choice<Customer>(one, Likeliest(others.Where(c => owned.Contains(c.Id)).Select(c => new Match(c.Id, c.Name, $"{c.Number} · {names[c.UnitId]}", signs[c.Id].Score, signs[c.Id].Reasons))));
    }

    /// <summary>Contacts like one.</summary>
    internal async Task<Result<Choice<Contact>>> OfContact(long id, CancellationToken ct)
    {
        var one = await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id && db.Set<Customer>().Any(c => c.Id == k.CustomerId), ct);
        if (one is null)
        {
            return new Refusal.NotFound();
        }

        var (signs, two) = await Known<ContactPair>(id, ct);
        var near = (await FindContactDuplicates.Run(db, new(one.Name, one.Mobile, one.Phone, one.Email, one.CustomerId, id), ct) ?? []).Where(m => !two.Contains(m.Id) && !signs.ContainsKey(m.Id)).ToList();
        var subjects = near.Count == 0 ? [] : (await RenewContactPairs.Subjects(db, [id, .. near.Select(m => m.Id)], ct)).ToDictionary(s => s.Id);
        foreach (var match in near)
        {
            signs[match.Id] = subjects.TryGetValue(id, out var a) && subjects.TryGetValue(match.Id, out var b) && ContactScore.Of(a, b) is var (score, reasons) ? new(score, reasons.Split(',')) : new(null, match.Reasons);
        }

        var ids = signs.Keys.ToList();
        var others = ids.Count == 0 ? [] : await (from k in db.Set<Contact>() join c in db.Set<Customer>() on k.CustomerId equals c.Id where EF.Parameter(ids).Contains(k.Id) select new { k.Id, k.Name, k.CustomerId, Customer = c.Name, k.Title, k.Mobile, k.Phone }).ToListAsync(ct);
        var whose = await Ownership.Of(db, [.. others.Select(k => k.CustomerId).Append(one.CustomerId).Distinct()], ct);
        if (!whose.Changes(one.CustomerId))
        {
            return new Refusal.Forbidden("merge.contacts_outside");
        }

        return new Choice<Contact>(one, Likeliest(others.Where(k => whose.Gives(k.CustomerId, one.CustomerId) || whose.Gives(one.CustomerId, k.CustomerId))
            .Select(k => new Match(k.Id, k.Name, string.Join(" · ", new[] { k.Customer, k.Title, db.Actor.Fields.Told("contacts", nameof(Contact.Mobile), k.Mobile) ?? db.Actor.Fields.Told("contacts", nameof(Contact.Phone), k.Phone) }.OfType<string>()), signs[k.Id].Score, signs[k.Id].Reasons))));
    }

    /// <summary>The customer that was named, among those that the actor sees: by number, whole name or credit code; null where it is none, or not told from others.</summary>
    internal async Task<long?> Named(string typed, CancellationToken ct)
    {
        if (typed.Length > MostTyped || !PlainText.IsStorable(typed))
        {
            return null;
        }

        var code = UnifiedSocialCreditCode.Normalise(typed);
        return await db.Set<Customer>().Where(c => c.CreditCode == code).Select(c => (long?)c.Id).SingleOrDefaultAsync(ct) ?? await Lookups.Customer(db, typed, ct);
    }

    /// <summary>The contact that was named, among those that the actor sees: as the look-up puts it, by mobile, phone or e-mail; null where it is none, or not told from others.</summary>
    internal async Task<long?> NamedContact(string typed, CancellationToken ct)
    {
        if (typed.Length > MostTyped || !PlainText.IsStorable(typed))
        {
            return null;
        }

        var seen = db.Set<Contact>().Where(k => db.Set<Customer>().Any(c => c.Id == k.CustomerId));
        if (Lookups.ContactOf(typed) is { } id)
        {
            return await seen.Where(k => k.Id == id).Select(k => (long?)k.Id).SingleOrDefaultAsync(ct);
        }

        var found = new List<long>();
        if (typed.Contains('@', StringComparison.Ordinal))
        {
            found.AddRange(await seen.Where(FindContactDuplicates.Mailed(typed.ToLowerInvariant(), db.Actor.Fields)).OrderBy(k => k.Id).Select(k => k.Id).Take(2).ToListAsync(ct));
        }
        else if (PhoneNumber.Digits(typed) is { Length: >= 5 } digits)
        {
            seen = KeptPhones.Contacts(db, digits).Aggregate(seen, (rows, kept) => rows.Where(kept.Test));
            found.AddRange(await seen.Where(k => k.MobileDigits == digits || k.Mobile2Digits == digits).OrderBy(k => k.Id).Select(k => k.Id).Take(2).ToListAsync(ct));
            found.AddRange(await seen.Where(k => k.PhoneDigits == digits || k.Phone2Digits == digits).OrderBy(k => k.Id).Select(k => k.Id).Take(2).ToListAsync(ct));
        }

        return found.Distinct().ToList() is [var one] ? one : null;
    }

    /// <summary>The open pairs of a record, and the others of those that somebody called two.</summary>
    private async Task<(Dictionary<long, Sign> Signs, HashSet<long> Two)> Known<TPair>(long id, CancellationToken ct) where TPair : LikelyPair
    {
        var pairs = db.Set<TPair>().AsNoTracking().OrderByDescending(p => p.Score).ThenBy(p => p.Id);
        var known = await pairs.Where(p => p.FirstId == id).Take(MostPairs).ToListAsync(ct);
        known.AddRange(await pairs.Where(p => p.SecondId == id).Take(MostPairs).ToListAsync(ct));
        long Other(TPair pair) => pair.FirstId == id ? pair.SecondId : pair.FirstId;
        return (known.Where(p => p.DismissedAt is null).Select(p => (Pair: p, Reasons: PairReasons.Told(db.Actor.Fields, typeof(TPair) == typeof(ContactPair) ? "contacts" : "customers", p.Reasons))).Where(p => p.Reasons.Length > 0).ToDictionary(p => Other(p.Pair), p => new Sign(p.Pair.Score, p.Reasons)), [.. known.Where(p => p.DismissedAt is not null).Select(Other)]);
    }

    private static List<Match> Likeliest(IEnumerable<Match> found) => [.. found.OrderByDescending(m => m.Score ?? 0).ThenBy(m => m.Id).Take(Most)];
}
