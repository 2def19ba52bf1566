using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Creates or changes a customer; the page, the API and later the import all come through here.</summary>
public sealed partial class SaveCustomer(CrmDb db, CustomFields fields)
{
    /// <summary>Whether the reason why a new one is no duplicate keeps it and those it is like off the work list. That of invented customers says nothing.</summary>
    internal bool Judges { get; set; } = true;

    /// <summary>Creates one where <paramref name="id"/> is null, else changes it if it still has <paramref name="version"/>.</summary>
    public Task<Result<Customer>> Run(long? id, int? version, Input input, CancellationToken ct) => Run(id, version, input, [], null, ct);

    /// <summary>Gives a customer to another unit and leaves all else as it is: what a granted request does. The context must see both.</summary>
    public async Task<Result<Customer>> Move(long id, long unitId, CancellationToken ct)
    {
        if (await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        var input = CustomerRules.Of(customer);
        input.UnitId = unitId;
        return await Run(id, customer.Version, input, ct);
    }

    /// <summary>Creates one together with people whose fields have been checked, and with who made it before it came here.</summary>
    internal Task<Result<Customer>> Create(Input input, IReadOnlyList<Contact> people, Origin? origin, CancellationToken ct) => Run(null, null, input, people, origin, ct);

    /// <summary>Says what <see cref="Run(long?, int?, Input, CancellationToken)"/> would: refuse it, change something, or find nothing new. Writes nothing, and forgets what it has read.</summary>
    internal async Task<Result<bool>> Look(long? id, Input input, CancellationToken ct)
    {
        if (CustomerRules.Check(input).Where(e => db.Actor.Fields.Edits("customers", e.Field)).ToList() is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return (await Save(id, null, input, [], null, write: false, ct)).TryGet(out var customer, out var refusal) ? id is null || db.Entry(customer).State != EntityState.Unchanged : refusal;
        }
        finally
        {
            db.ChangeTracker.Clear();
        }
    }

    private async Task<Result<Customer>> Run(long? id, int? version, Input input, IReadOnlyList<Contact> people, Origin? origin, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (CustomerRules.Check(input).Where(e => db.Actor.Fields.Edits("customers", e.Field)).ToList() is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            var saved = await db.Write(() => Save(id, version, input, people, origin, write: true, ct), ct);
            if (saved.Refusal is not null)
            {
                Forget();
            }

            return saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", ConstraintName: "ix_customers_credit_code" })
        {
            return new Refusal.Invalid("customer.credit_code_exists_elsewhere", nameof(Input.CreditCode)); // Two at once: the other was first.
        }
        catch (DbUpdateException e) when (db.Database.CurrentTransaction is null && e.InnerException is Npgsql.PostgresException { SqlState: "23505", TableName: "duplicate_pairs" })
        {
            db.ChangeTracker.Clear(); // Somebody has just found the same pair from its other side.
            return await Run(id, version, input, people, origin, ct);
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", TableName: "sidings" })
        {
            return new Refusal.Invalid("customer.siding_just_made", nameof(Input.Sidings));
        }
    }

    private async Task<Result<Customer>> Save(long? id, int? version, Input input, IReadOnlyList<Contact> people, Origin? origin, bool write, CancellationToken ct)
    {
        var customer = id is null ? new Customer() : await db.Set<Customer>().SingleOrDefaultAsync(c => c.Id == id, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        if (id is not null && version is not null && customer.Version != version)
        {
            return new Refusal.Stale();
        }

        if (db.Actor.Fields.Keep("customers", ref input, id is null ? new() : CustomerRules.Of(customer)) is { Count: > 0 } kept)
        {
            return new Refusal.InvalidMany(kept);
        }

        // The unit where it lies decides, not the one it is to go to: what is only shared is not taken over by saving it.
        var held = id is null ? null : await Ownership.Of(db, [customer], ct);
        if (held?.Prevents(customer.Id, moves: input.UnitId is { } other && other != customer.UnitId) is { } shared)
        {
            return shared;
        }

        // The command line acts for the group itself.
        var unitId = input.UnitId ?? (id is not null ? customer.UnitId : db.Actor.UnitId != 0 ? db.Actor.UnitId
            : await db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleOrDefaultAsync(ct));
        var unit = await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId && u.Active, ct);
        if (held?.Managed.Contains(customer.Id) != true && (unit is null || !db.Scope.Covers(unit.Path)))
        {
            return new Refusal.Invalid("customer.unit_outside", nameof(Input.UnitId));
        }

        if (((Refusal?)SupervisorMissing(input, customer) ?? await Parent(customer, input.ParentId, id is null, ct)) is { } refused)
        {
            return refused;
        }

        if (id is not null)
        {
            await SaveCustomerRows.Read(db, customer, input, ct);
        }

        var code = customer.CreditCode;
        CustomerRules.Apply(input, customer, unitId, db.UtcNow);
        customer.Completeness = Completeness.Score(customer, (id is null ? new() { Contacts = people.Any(p => p.Active) } : await Completeness.Lists.Of(db, customer.Id, ct)).After(input));
        if (await fields.Apply(db, "customers", customer, customer.Id, customer.Id, input.Custom, CustomerRules.Of(customer), ct) is { } wrongField)
        {
            return wrongField;
        }

        if (await SaveCustomerRows.Write(db, customer, input, ct) is { } wrongRow)
        {
            return wrongRow;
        }

        if (id is not null && !db.Entry(customer).Properties.Any(p => p.IsModified && p.Metadata.Name != nameof(Customer.UpdatedAt)) && !SaveCustomerRows.Changed(db))
        {
            db.Entry(customer).State = EntityState.Unchanged; // Nothing was said that was not known.
            return customer;
        }

        if (id is not null)
        {
            db.Entry(customer).Property(c => c.UpdatedAt).IsModified = true; // A change of a row alone is a change of the customer: its version tells.
        }

        var duplicates = id is null || customer.CreditCode != code ? await FindDuplicates.Run(db, customer, ct) : [];
        if (duplicates.FirstOrDefault(d => d.Reason == "creditCode") is { } same)
        {
            // By name to whoever sees it; to others, whom to ask.
            return new Refusal.InvalidMany([same.Id is null ? new(nameof(Input.CreditCode), "customer.credit_code_exists", same.UnitName)
                : new(nameof(Input.CreditCode), same.InBin ? "customer.credit_code_binned" : "customer.credit_code_taken", same.Name, same.Number)]);
        }

        if (duplicates.Count > 0 && id is null && string.IsNullOrWhiteSpace(input.DuplicateReason))
        {
            return new Refusal.NeedsConfirmation("customer.duplicate", duplicates);
        }

        if (!write)
        {
            return customer;
        }

        if (id is null)
        {
            customer.Id = await NextId(ct);
            customer.Number = string.Create(CultureInfo.InvariantCulture, $"KH-{customer.Id:0000000}");
            (customer.CreatedAt, customer.CreatedBy) = (origin?.At ?? db.UtcNow, origin?.AuthorId ?? db.Actor.UserId);
            db.Add(customer);
            if (origin is not null)
            {
                db.Add(origin.Told(db, nameof(Customer), customer.Id, customer.Id));
            }

            foreach (var person in people)
            {
                person.CustomerId = customer.Id;
                db.Add(person);
            }

            if (duplicates.Count > 0)
            {
                db.Add(new AuditEntry(db.Actor, db.UtcNow, "duplicate_confirmed", nameof(Customer), customer.Id, customer.Id,
                    JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["DuplicateReason"] = [null, input.DuplicateReason] })));
            }
        }

        await db.SaveChangesAsync(ct);
        await CustomerSearch.Write(db, customer, ct, id is null ? people : null);
        await RenewPairs.Of(db, customer.Id, ct);
        foreach (var person in people)
        {
            await ContactSearch.Write(db, person, ct);
        }

        if (id is null && Judges && duplicates.Count > 0)
        {
            await Apart(customer.Id, [.. duplicates.Select(d => d.Id).OfType<long>()], input.DuplicateReason!, ct);
        }

        return customer;
    }

    /// <summary>Whoever says why a new customer is none of those that were shown has judged these pairs. Of one beyond the scope somebody else decides.</summary>
    private async Task Apart(long id, List<long> others, string reason, CancellationToken ct)
    {
        var subjects = await RenewPairs.Subjects(db, [id, .. others], ct);
        await RenewPairs.Write(db, [.. others.Where(subjects.ContainsKey).Select(other => (subjects[other], subjects[id]))], ct); // An import has not compared it yet.
        var why = reason.Trim();
        why = why.Length <= LikelyPair.ReasonLength ? why : why[..(LikelyPair.ReasonLength - (char.IsHighSurrogate(why[LikelyPair.ReasonLength - 1]) ? 1 : 0))];
        foreach (var pair in await db.Set<DuplicatePair>().Where(p => p.SecondId == id && EF.Parameter(others).Contains(p.FirstId)).Select(p => p.Id).ToListAsync(ct))
        {
            await new CustomerPairs(db).Judge(pair, two: true, why, ct);
        }
    }

    /// <summary>Lets go of what was read to be changed, so that no later save of the same request stores what was refused.</summary>
    private void Forget()
    {
        foreach (var entry in db.ChangeTracker.Entries().Where(e => e.State != EntityState.Unchanged && e.Entity is ICustomerRoot or ICustomerBound or Reference.Siding).ToList())
        {
            entry.State = EntityState.Detached;
        }
    }

    /// <summary>A code of which both checks fail is for a supervisor to register; one that is stored already may stay.</summary>
    private Refusal.InvalidMany? SupervisorMissing(Input input, Customer stored)
    {
        var code = string.IsNullOrWhiteSpace(input.CreditCode) ? null : UnifiedSocialCreditCode.Normalise(input.CreditCode);
        return code is not null && code != stored.CreditCode && UnifiedSocialCreditCode.Check(code) == CreditCodeCheck.BothFail && !db.Actor.May(Permission.CustomersSupervise)
            ? new Refusal.InvalidMany([new(nameof(Input.CreditCode), "customer.credit_code_supervisor")])
            : null;
    }

    /// <summary>Sets the parent: one the actor sees, and never one below the customer itself. A parent beyond the actor's scope is not taken away by silence.</summary>
    private async Task<Refusal?> Parent(Customer customer, long? wanted, bool isNew, CancellationToken ct)
    {
        if (wanted == customer.ParentId)
        {
            return null;
        }

        if (wanted is null)
        {
            customer.ParentId = await db.Set<Customer>().AnyAsync(c => c.Id == customer.ParentId, ct) ? null : customer.ParentId;
            return null;
        }

        if (!await db.Set<Customer>().AnyAsync(c => c.Id == wanted, ct))
        {
            return new Refusal.Invalid("customer.parent_unknown", nameof(Input.ParentId));
        }

        if (!isNew)
        {
            if (db.IsPostgres)
            {
                // Two changes at once could close a ring of which each sees only half. SQLite's writers are in turn anyway.
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(728102)", ct);
            }

            var all = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]);
            for (var above = wanted; above is not null; above = await all.Where(c => c.Id == above).Select(c => c.ParentId).SingleAsync(ct))
            {
                if (above == customer.Id)
                {
                    return new Refusal.Invalid("customer.parent_below", nameof(Input.ParentId));
                }
            }
        }

        customer.ParentId = wanted;
        return null;
    }

    /// <remarks>Asked for before the insert because the number is made from it. Never reused: SQLite's AUTOINCREMENT and PostgreSQL's sequence only rise.</remarks>
    private Task<long> NextId(CancellationToken ct) => db.IsPostgres
        ? db.Database.SqlQuery<long>($"SELECT nextval(pg_get_serial_sequence('customers', 'id')) AS \"Value\"").SingleAsync(ct)
        : db.Database.SqlQuery<long>($"SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'customers'), 0) + 1 AS \"Value\"").SingleAsync(ct);

    internal static async Task<IResult> Post(Input input, SaveCustomer useCase, GetCustomer get, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(null, null, input, ct)).Answer(c =>
        {
            Versions.Tell(http, c.Version);
            return TypedResults.Created($"/api/v1/customers/{c.Id}", get.Answered(c, c.ParentId));
        });

    internal static async Task<IResult> Put(long id, Input input, SaveCustomer useCase, GetCustomer get, HttpContext http, CancellationToken ct)
    {
        if (!(await useCase.Run(id, Versions.Asked(http), input, ct)).TryGet(out _, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        return await GetCustomer.Get(id, get, http, ct);
    }
}
