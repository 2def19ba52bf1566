using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using RailCrm.Kernel;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Data;

/// <summary>The database, seen by one person. A context keeps the scope it was made with.</summary>
public abstract class CrmDb(DbContextOptions options, Actor actor, TimeProvider clock, WriteGate gate, IEnumerable<IFollowsChange> followers) : DbContext(options), IDataProtectionKeyContext
{
    /// <summary>The filter that hides what is outside the scope.</summary>
    public const string ScopeFilter = "scope";

    /// <summary>The filter that hides what lies in the bin.</summary>
    public const string BinFilter = "bin";

    private readonly List<Action> _committed = [];

    /// <summary>Who acts.</summary>
    public Actor Actor { get; } = actor;

    /// <summary>What the actor sees.</summary>
    public Scope Scope => Actor.Scope;

    /// <summary>Whether the engine is PostgreSQL; otherwise it is SQLite.</summary>
    public bool IsPostgres => Database.IsNpgsql();

    /// <inheritdoc/>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Now, UTC, to the microsecond that both engines keep.</summary>
    public DateTime UtcNow
    {
        get
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % 10));
        }
    }

    private string ScopePath => Scope.Path;
    private string ScopeEnd => Scope.End;
    private long ScopeUser => Scope.UserId;
    private long ScopeUnit => Scope.UnitId;

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<string>().HaveMaxLength(200);
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<Month>().HaveConversion<MonthConverter>();
        configurationBuilder.ComplexProperties<Money>();
        configurationBuilder.ComplexProperties<Weight>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CrmDb).Assembly);
        modelBuilder.Entity<DataProtectionKey>().Property(k => k.Xml).HasMaxLength(10_000);
        modelBuilder.Entity<ScopeUnit>().HasNoKey().ToSqlQuery("SELECT id, path FROM units").Property(u => u.Path).UseCollation(IsPostgres ? "C" : null);
        modelBuilder.Entity<ScopeCustomer>().HasNoKey().ToSqlQuery("SELECT id, unit_id FROM customers");
        modelBuilder.Entity<ScopeGrant>().HasNoKey().ToSqlQuery("SELECT customer_id, user_id, unit_id, until FROM customer_grants");

        modelBuilder.Entity<Records.AwayRecord>().HasNoKey().ToSqlQuery("SELECT id, 'waybill' AS kind FROM binned_lines").Property(r => r.Kind).UseCollation(IsPostgres ? "C" : null);

        Fields.CustomValue.Translate(modelBuilder, IsPostgres);
        foreach (var type in modelBuilder.Model.GetEntityTypes().Select(t => t.ClrType).Distinct().ToList())
        {
            if (type.IsAssignableTo(typeof(Fields.ICustomised)))
            {
                modelBuilder.Entity(type).Property(nameof(Fields.ICustomised.Custom)).HasMaxLength(Fields.ICustomised.Length);
            }

            if (type.IsAssignableTo(typeof(ICustomerRoot)))
            {
                Call(nameof(RestrictRoot), type, modelBuilder);
            }
            else if (type.IsAssignableTo(typeof(ICustomerBound)))
            {
                Call(nameof(RestrictBound), type, modelBuilder);
            }

            if (type.IsAssignableTo(typeof(IBinned)))
            {
                Call(nameof(HideBinned), type, modelBuilder);
            }

            if (type.IsAssignableTo(typeof(IVersioned)))
            {
                modelBuilder.Entity(type).Property(nameof(IVersioned.Version)).IsConcurrencyToken();
            }
        }

        if (!IsPostgres)
        {
            return;
        }

        // "C" orders by code point, as SQLite does, so that both engines page alike and ranges use the plain index.
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(t => t.GetProperties()).Where(p => p.ClrType == typeof(string)))
        {
            property.SetCollation("C");
        }
    }

    private void Call(string method, Type type, ModelBuilder model) =>
        typeof(CrmDb).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(this, [model]);

#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
    private void RestrictRoot<T>(ModelBuilder model) where T : class, ICustomerRoot
    {
        Expression<Func<T, bool>>? filter = Scope.Width switch
        {
            ScopeWidth.All => null,
            ScopeWidth.None => row => false,
            ScopeWidth.Wide => row =>
                Set<ScopeUnit>().Any(u => u.Id == row.UnitId && string.Compare(u.Path, ScopePath) >= 0 && string.Compare(u.Path, ScopeEnd) < 0)
                || Set<ScopeGrant>().Any(g => g.CustomerId == row.Id && (g.UserId == ScopeUser || g.UnitId == ScopeUnit) && (g.Until == null || g.Until > UtcNow)),
            ScopeWidth.Narrow => row =>
                Set<ScopeCustomer>()
                    .Where(c => Set<ScopeUnit>().Where(u => string.Compare(u.Path, ScopePath) >= 0 && string.Compare(u.Path, ScopeEnd) < 0).Select(u => u.Id).Contains(c.UnitId))
                    .Select(c => c.Id)
                    .Union(Set<ScopeGrant>().Where(g => (g.UserId == ScopeUser || g.UnitId == ScopeUnit) && (g.Until == null || g.Until > UtcNow)).Select(g => g.CustomerId))
                    .Contains(row.Id),
        };
        if (filter is not null)
        {
            model.Entity<T>().HasQueryFilter(ScopeFilter, filter);
        }
    }

    private void RestrictBound<T>(ModelBuilder model) where T : class, ICustomerBound
    {
        Expression<Func<T, bool>>? filter = Scope.Width switch
        {
            ScopeWidth.All => null,
            ScopeWidth.None => row => false,
            ScopeWidth.Wide or ScopeWidth.Narrow => row => Set<ScopeCustomer>().Any(c => c.Id == row.CustomerId
                && (Set<ScopeUnit>().Any(u => u.Id == c.UnitId && string.Compare(u.Path, ScopePath) >= 0 && string.Compare(u.Path, ScopeEnd) < 0)
                    || Set<ScopeGrant>().Any(g => g.CustomerId == c.Id && (g.UserId == ScopeUser || g.UnitId == ScopeUnit) && (g.Until == null || g.Until > UtcNow)))),
        };
        if (filter is not null)
        {
            model.Entity<T>().HasQueryFilter(ScopeFilter, filter);
        }
    }
#pragma warning restore CA1309

    private static void HideBinned<T>(ModelBuilder model) where T : class, IBinned
    {
        model.Entity<T>().HasQueryFilter(BinFilter, row => row.DeletedAt == null);
    }

    /// <summary>Runs <paramref name="work"/> in one transaction, or in the one already open. SQLite's writers wait their turn in the process.</summary>
    public async Task<T> Write<T>(Func<Task<T>> work, CancellationToken ct)
    {
        if (Database.CurrentTransaction is not null)
        {
            return await work();
        }

        try
        {
            var result = await Transact(work, ct);
            _committed.ForEach(act => act());
            return result;
        }
        finally
        {
            _committed.Clear();
        }
    }

    private async Task<T> Transact<T>(Func<Task<T>> work, CancellationToken ct)
    {
        using var turn = IsPostgres ? null : await gate.Enter(ct);
        await using IDbContextTransaction transaction = await Database.BeginTransactionAsync(ct);
        var result = await work();
        await transaction.CommitAsync(ct);
        return result;
    }

    /// <summary>Does something once what is being written is committed, since nobody else sees it before; at once where no transaction is open, never where it is rolled back.</summary>
    internal void Committed(Action act)
    {
        if (Database.CurrentTransaction is null)
        {
            act();
        }
        else
        {
            _committed.Add(act);
        }
    }

    /// <summary>Holds back whoever asks for the same name until this transaction ends, so that the second sees what the first one did. SQLite has one writer at a time anyway.</summary>
    internal Task Alone(string name, CancellationToken ct) =>
        IsPostgres ? Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", ct) : Task.CompletedTask;

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        ChangeTracker.HasChanges() ? Write(() => SaveAndFollow(acceptAllChangesOnSuccess, cancellationToken), cancellationToken) : Task.FromResult(0);

    private async Task<int> SaveAndFollow(bool accept, CancellationToken ct)
    {
        List<Func<CancellationToken, Task>> following;
        ChangeTracker.AutoDetectChangesEnabled = false; // What changed was found already; each look at the entries would look for it again.
        try
        {
            following = [.. followers.Select(f => f.After(this)).OfType<Func<CancellationToken, Task>>()];
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }

        var written = await SaveWithAudit(accept, ct);
        foreach (var follow in following)
        {
            await follow(ct);
        }

        return written;
    }

    /// <summary>Only for the framework's own keys: every write of ours is asynchronous, audited and takes its turn.</summary>
    /// <exception cref="InvalidOperationException">Something else than a Data Protection key was changed.</exception>
    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        ChangeTracker.Entries().All(e => e.Entity is DataProtectionKey)
            ? base.SaveChanges(acceptAllChangesOnSuccess)
            : throw new InvalidOperationException("Use SaveChangesAsync.");

    /// <remarks>What changed was found by <c>HasChanges</c> and is not looked for again.</remarks>
    private async Task<int> SaveWithAudit(bool accept, CancellationToken ct)
    {
        ChangeTracker.AutoDetectChangesEnabled = false;
        List<object> audit = [];
        try
        {
            foreach (var entry in ChangeTracker.Entries<IVersioned>().Where(e => e.State == EntityState.Modified))
            {
                entry.Property(nameof(IVersioned.Version)).CurrentValue = entry.Entity.Version + 1;
            }

            var changes = AuditEntry.Collect(ChangeTracker, Actor, UtcNow);
            var told = await Inbox.TellInbox.OfChanges(this, changes, ct);
            if (changes.All(c => c.IsNumbered))
            {
                AddRange(audit = [.. changes.Select(c => c.Complete()), .. told]);
                return await base.SaveChangesAsync(accept, ct) - audit.Count;
            }

            var written = await base.SaveChangesAsync(accept, ct);
            AddRange(audit = [.. changes.Select(c => c.Complete()), .. told]);
            await base.SaveChangesAsync(accept, ct);
            return written;
        }
        catch
        {
            audit.ForEach(a => Entry(a).State = EntityState.Detached); // Whoever mends the entity and saves again is told of once.
            throw;
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }
    }
}

/// <summary>Makes a model per width of scope, so that each has its own shape of condition.</summary>
internal sealed class ModelPerScopeWidth : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), (context as CrmDb)?.Scope.Width, designTime);
}

/// <summary>A unit's place, for the scope condition only.</summary>
internal sealed class ScopeUnit
{
    public long Id { get; set; }
    public string Path { get; set; } = "";
}

/// <summary>A customer's owner, for the scope condition only: the customer entity itself carries the condition.</summary>
internal sealed class ScopeCustomer
{
    public long Id { get; set; }
    public long UnitId { get; set; }
}

/// <summary>A grant, for the scope condition only.</summary>
internal sealed class ScopeGrant
{
    public long CustomerId { get; set; }
    public long? UserId { get; set; }
    public long? UnitId { get; set; }
    public DateTime? Until { get; set; }
}

internal sealed class SqliteCrmDb(DbContextOptions<SqliteCrmDb> options, Actor actor, TimeProvider clock, WriteGate gate, IEnumerable<IFollowsChange> followers) : CrmDb(options, actor, clock, gate, followers);

internal sealed class PostgresCrmDb(DbContextOptions<PostgresCrmDb> options, Actor actor, TimeProvider clock, WriteGate gate, IEnumerable<IFollowsChange> followers) : CrmDb(options, actor, clock, gate, followers);

internal sealed class MonthConverter() : Microsoft.EntityFrameworkCore.Storage.ValueConversion.ValueConverter<Month, int>(m => m.Number, n => new Month(n));

/// <summary>SQLite forgets that an instant is UTC; the API says so with a Z.</summary>
internal sealed class UtcConverter() : Microsoft.EntityFrameworkCore.Storage.ValueConversion.ValueConverter<DateTime, DateTime>(t => t, t => DateTime.SpecifyKind(t, DateTimeKind.Utc));
