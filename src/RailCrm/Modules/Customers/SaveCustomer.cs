using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Creates or changes a customer; the page, the API and later the import all come through here.</summary>
public sealed class SaveCustomer(CrmDb db)
{
    /// <summary>What may be said of a customer. What is not here (tier, figures, completeness) is computed, never typed.</summary>
    public sealed class Input
    {
        /// <summary>Registered name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Owning unit; the actor's own where missing.</summary>
        public long? UnitId { get; set; }

        /// <summary>Name in daily use.</summary>
        public string? ShortName { get; set; }

        /// <summary>Unified social credit code.</summary>
        public string? CreditCode { get; set; }

        /// <summary>Why a code whose check digit fails is right all the same.</summary>
        public string? CreditCodeReason { get; set; }

        /// <summary>Why it is no duplicate, although one of the same name or phone exists.</summary>
        public string? DuplicateReason { get; set; }

        /// <summary>Company, sole trader or public body.</summary>
        public CustomerKind? Kind { get; set; }

        /// <summary>法人代表.</summary>
        public string? LegalRepresentative { get; set; }

        /// <summary>经营方向.</summary>
        public string? BusinessDirection { get; set; }

        /// <summary>生产规模.</summary>
        public string? ProductionScale { get; set; }

        /// <summary>市场占有率, percent with two decimals.</summary>
        public decimal? MarketSharePercent { get; set; }

        /// <summary>职工人数.</summary>
        public int? EmployeeCount { get; set; }

        /// <summary>企业性质.</summary>
        public OwnershipType? OwnershipType { get; set; }

        /// <summary>大/中/小/微.</summary>
        public SizeClass? SizeClass { get; set; }

        /// <summary>GB/T 4754 code.</summary>
        public string? IndustryCode { get; set; }

        /// <summary>GB/T 2260 code.</summary>
        public string? RegionCode { get; set; }

        /// <summary>主要运输方式.</summary>
        public string? TransportModes { get; set; }

        /// <summary>运输周期.</summary>
        public string? TransportCycle { get; set; }

        /// <summary>公司介绍.</summary>
        public string? CompanyProfile { get; set; }

        /// <summary>所在地文化.</summary>
        public string? LocalCulture { get; set; }

        /// <summary>所在地习俗.</summary>
        public string? LocalCustoms { get; set; }

        /// <summary>Registered address.</summary>
        public string? RegisteredAddress { get; set; }

        /// <summary>Business address.</summary>
        public string? BusinessAddress { get; set; }

        /// <summary>http or https.</summary>
        public string? Website { get; set; }

        /// <summary>Phone.</summary>
        public string? Phone { get; set; }

        /// <summary>Tags, separated by commas.</summary>
        public string? Tags { get; set; }
    }

    /// <summary>Creates one where <paramref name="id"/> is null, else changes it if it still has <paramref name="version"/>.</summary>
    public async Task<Result<Customer>> Run(long? id, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (CustomerRules.Check(input) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write(() => Save(id, version, input, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505", ConstraintName: "ix_customers_credit_code" })
        {
            return new Refusal.Invalid("customer.credit_code_exists_elsewhere", nameof(Input.CreditCode)); // Two at once: the other was first.
        }
    }

    private async Task<Result<Customer>> Save(long? id, int? version, Input input, CancellationToken ct)
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

        // The command line acts for the group itself.
        var unitId = input.UnitId ?? (id is not null ? customer.UnitId : db.Actor.UnitId != 0 ? db.Actor.UnitId
            : await db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleOrDefaultAsync(ct));
        var unit = await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId && u.Active, ct);
        if (unit is null || !db.Scope.Covers(unit.Path))
        {
            return new Refusal.Invalid("customer.unit_outside", nameof(Input.UnitId));
        }

        CustomerRules.Apply(input, customer, unitId, db.UtcNow);
        if (id is not null && !db.Entry(customer).Properties.Any(p => p.IsModified && p.Metadata.Name != nameof(Customer.UpdatedAt)))
        {
            db.Entry(customer).State = EntityState.Unchanged; // Nothing was said that was not known.
            return customer;
        }

        var duplicates = await FindDuplicates.Run(db, customer, ct);
        if (duplicates.FirstOrDefault(d => d.Reason == "creditCode") is { } same)
        {
            return new Refusal.InvalidMany([new(nameof(Input.CreditCode), "customer.credit_code_exists", same.UnitName)]);
        }

        if (duplicates.Count > 0 && id is null && string.IsNullOrWhiteSpace(input.DuplicateReason))
        {
            return new Refusal.NeedsConfirmation("customer.duplicate", duplicates);
        }

        if (id is null)
        {
            customer.Id = await NextId(ct);
            customer.Number = string.Create(CultureInfo.InvariantCulture, $"KH-{customer.Id:0000000}");
            customer.CreatedAt = db.UtcNow;
            db.Add(customer);
            if (duplicates.Count > 0)
            {
                db.Add(new AuditEntry(db.Actor, db.UtcNow, "duplicate_confirmed", nameof(Customer), customer.Id, customer.Id,
                    JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["DuplicateReason"] = [null, input.DuplicateReason] })));
            }
        }

        await db.SaveChangesAsync(ct);
        await CustomerSearch.Write(db, customer, ct);
        return customer;
    }

    /// <remarks>Asked for before the insert because the number is made from it. Never reused: SQLite's AUTOINCREMENT and PostgreSQL's sequence only rise.</remarks>
    private Task<long> NextId(CancellationToken ct) => db.IsPostgres
        ? db.Database.SqlQuery<long>($"SELECT nextval(pg_get_serial_sequence('customers', 'id')) AS \"Value\"").SingleAsync(ct)
        : db.Database.SqlQuery<long>($"SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'customers'), 0) + 1 AS \"Value\"").SingleAsync(ct);

    internal static async Task<IResult> Post(Input input, SaveCustomer useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(null, null, input, ct)).Answer(c =>
        {
            http.Response.Headers.ETag = $"\"{c.Version}\"";
            return TypedResults.Created($"/api/v1/customers/{c.Id}", GetCustomer.Answer.Of(c));
        });

    internal static async Task<IResult> Put(long id, Input input, SaveCustomer useCase, HttpContext http, CancellationToken ct)
    {
        int? version = null;
        if (http.Request.Headers.IfMatch.ToString() is { Length: > 0 } match and not "*")
        {
            version = int.TryParse(match.Trim('"'), CultureInfo.InvariantCulture, out var v) ? v : -1;
        }

        return (await useCase.Run(id, version, input, ct)).Answer(c =>
        {
            http.Response.Headers.ETag = $"\"{c.Version}\"";
            return TypedResults.Ok(GetCustomer.Answer.Of(c));
        });
    }
}
