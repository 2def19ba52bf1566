using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A merge taken back after somebody took what it gave free.</summary>
public sealed class UndoMergeTests
{
    private static readonly Actor System = MergeScene.System;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<int> Set(CrmApp app, long id, string? code = null, long? parent = null) => app.In(System, async db =>
    {
        var customer = await db.Set<Customer>().SingleAsync(c => c.Id == id, Ct);
        (customer.CreditCode, customer.ParentId) = (code ?? customer.CreditCode, parent ?? customer.ParentId);
        return await db.SaveChangesAsync(Ct);
    });

    private static Task<(string? Code, long? Parent)> Stored(CrmApp app, long id) => app.In(System, async db => await db.Set<Customer>().AsNoTracking().SingleAsync(c => c.Id == id, Ct) is var c ? (c.CreditCode, c.ParentId) : default);

    private static IEnumerable<string?> Kept(JsonElement undone) => undone.GetProperty("kept").EnumerateArray().Select(f => f.GetString()).Order(StringComparer.Ordinal);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_credit_code_that_another_holds_by_now_and_a_parent_that_is_gone_do_not_come_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        const string Old = "91110000100000163K";
        var (above, other) = (await MergeScene.Create(scene.Api, new { name = "总公司" }), await MergeScene.Create(scene.Api, new { name = "别的公司" }));
        await Set(app, scene.Stays, Old, above);
        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new Dictionary<string, long> { ["CreditCode"] = scene.Goes, ["ParentId"] = scene.Goes } });
        Assert.Equal((MergeScene.Code, null), await Stored(app, scene.Stays));
        await Set(app, other, Old);
        await app.In(System, db => db.Write(() => db.Set<Customer>().Where(c => c.Id == above).ExecuteUpdateAsync(u => u.SetProperty(c => c.DeletedAt, db.UtcNow), Ct), Ct));
        Assert.Null((await app.With<RemoveCustomer, Result<string>>((await app.ActorOf("north")) with { Permissions = new HashSet<string>(Permission.All) }, r => r.Run(above, Ct))).Refusal);

        var undone = await scene.Undo(merge);

        Assert.Equal(["CreditCode", "ParentId"], Kept(undone));
        Assert.Equal((MergeScene.Code, null), await Stored(app, scene.Stays));
        Assert.Equal((null, null), await Stored(app, scene.Goes));
        Assert.Equal((0, 0, 0), await scene.Differences());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_parent_that_lies_below_by_now_does_not_come_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var above = await MergeScene.Create(scene.Api, new { name = "总公司" });
        await Set(app, scene.Stays, parent: above);
        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new Dictionary<string, long> { ["ParentId"] = scene.Goes } });
        await Set(app, above, parent: scene.Stays);

        Assert.Equal(["ParentId"], Kept(await scene.Undo(merge)));
        Assert.Null((await Stored(app, scene.Stays)).Parent);
        Assert.Equal(scene.Stays, (await Stored(app, above)).Parent);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_value_that_one_alone_may_have_is_free_once_its_customer_is_merged_and_an_undo_leaves_it_with_whoever_took_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var field = await Define(app, CustomKind.Text, "档案号", f => f.Unique = true);
        await Saved(app, "north", "北方煤业有限公司", new() { [field.Key] = "A1" }, scene.Stays);
        await Saved(app, "north", "北方煤业股份有限公司", new() { [field.Key] = "B1" }, scene.Goes);
        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });

        var took = await Saved(app, "n1", "新公司", new() { [field.Key] = "B1" });
        Assert.Equal([$"Custom.{field.Key}"], Kept(await scene.Undo(merge)));

        var stored = await app.In(System, db => db.Set<Customer>().AsNoTracking().ToDictionaryAsync(c => c.Id, c => CustomValue.Read(c.Custom).TryGetValue(field.Key, out var v) ? v.GetString() : null, Ct));
        Assert.Equal(("A1", null, "B1"), (stored[scene.Stays], stored[scene.Goes], stored[took.Id]));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_becomes_one_of_single_values_where_only_merged_customers_have_the_same(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var field = await Define(app, CustomKind.Text, "档案号");
        await Saved(app, "north", "北方煤业有限公司", new() { [field.Key] = "A1" }, scene.Stays);
        await Saved(app, "north", "北方煤业股份有限公司", new() { [field.Key] = "A1" }, scene.Goes);
        var input = new SaveCustomField.Input { List = "customers", Kind = CustomKind.Text, Name = "档案号", Unique = true, Indexed = true };
        async Task<Refusal?> Save() => (await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("admin"), s => s.Run(field.Id, null, input, Ct))).Refusal;

        Assert.Equal("fields.not_unique", Assert.IsType<Refusal.InvalidMany>(await Save()).Errors.Single().Code);
        await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });
        Assert.Null(await Save());
    }
}
