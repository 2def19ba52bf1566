using RailCrm.Modules.Authority;
using RailCrm.Modules.Organization;

namespace RailCrm.Tests.Modules.Authority;

/// <summary>What grants are worth and who decides: the rules alone, on trees that chance makes.</summary>
public sealed class AuthorityRulesTests
{
    private static readonly DateOnly Today = new(2026, 4, 1);

    /// <summary>A tree of units three levels deep, with grants given on at random, some ended, not begun, revoked or without a holder.</summary>
    private static Dictionary<long, Grant> Tree(Random dice)
    {
        var all = new Dictionary<long, Grant>();
        for (var id = 1L; id <= 30; id++)
        {
            var parent = id == 1 || dice.Next(6) == 0 ? null : all[1 + dice.NextInt64(id - 1)];
            var path = parent is null ? "1/" : dice.Next(8) == 0 ? $"{1 + dice.Next(2)}/{id}/" : $"{parent.Holder.UnitPath}{(dice.Next(2) == 0 ? "" : $"{id}/")}"; // Some lie where their parent's unit does not reach.
            var from = dice.Next(12) == 0 ? Today.AddDays(1) : Today.AddDays(-9);
            all[id] = new(id, parent?.Id, AuthorityAction.Discount, dice.Next(1, 100), from, dice.Next(6) switch { 0 => Today.AddDays(-1), 1 => Today, 2 => Today.AddDays(5), _ => null }, dice.Next(12) == 0, new(id, path, null, null, null, dice.Next(15) != 0));
        }

        return all;
    }

    private static List<Grant> Chain(Dictionary<long, Grant> all, Grant grant) => grant.ParentId is { } up ? [grant, .. Chain(all, all[up])] : [grant];

    [Fact]
    public void No_grant_is_worth_more_or_longer_than_any_above_it_and_none_where_one_above_is_not_in_force()
    {
        var (worth, nothing) = (0, 0);
        for (var seed = 0; seed < 200; seed++)
        {
            var (dice, all) = (new Random(seed), Tree(new(seed)));
            foreach (var grant in all.Values)
            {
                var (chain, standing) = (Chain(all, grant), AuthorityRules.Worth(all, grant, Today));
                var holds = chain.TrueForAll(g => !g.Revoked && g.From <= Today && !(g.Until < Today) && g.Holder.Stands) && chain.Zip(chain.Skip(1)).All(p => p.First.Holder.UnitPath.StartsWith(p.Second.Holder.UnitPath, StringComparison.Ordinal));
                Assert.Equal(holds ? chain.Min(g => g.Limit) : null, standing.Limit);
                Assert.Equal(holds ? chain.Min(g => g.Until) : null, standing.Until);
                Assert.All(chain, g => Assert.True(standing.Limit is null || standing.Limit <= AuthorityRules.Worth(all, g, Today).Limit));
                Assert.Contains(standing.ById, chain.Select(g => g.Id));
                (worth, nothing) = holds ? (worth + 1, nothing) : (worth, nothing + 1);
            }

            // Taken back, one takes along all that came from it and nothing else.
            var revoked = all[1 + dice.NextInt64(30)];
            var after = new Dictionary<long, Grant>(all) { [revoked.Id] = revoked with { Revoked = true } };
            Assert.All(all.Values, g => Assert.Equal(Chain(all, g).Contains(revoked) ? null : AuthorityRules.Worth(all, g, Today).Limit, AuthorityRules.Worth(after, after[g.Id], Today).Limit));
        }

        Assert.True(worth > 500 && nothing > 500, $"{worth} {nothing}");
    }

    [Fact]
    public void The_lowest_unit_whose_people_cover_it_decides_and_never_the_applicant_nor_a_colleague_with_no_more_than_he_has()
    {
        var found = 0;
        for (var seed = 0; seed < 2_000; seed++)
        {
            var dice = new Random(seed);
            var line = Enumerable.Range(1, dice.Next(1, 5)).Select(u => new LimitedUnit(u, [.. Enumerable.Range(0, dice.Next(4)).Select(_ => new Limited(dice.Next(1, 9), dice.Next(1, 100))).DistinctBy(p => p.UserId)])).ToList();
            var (amount, applicant) = (dice.Next(1, 100), (long)dice.Next(1, 9));

            // Reference: the first unit, from below, where somebody else covers it; from that of an applicant who covers it himself, with more authority than his; at the top whoever else does.
            List<long> expected = [];
            var mine = line.SelectMany(u => u.People).Where(p => p.UserId == applicant && p.Limit >= amount).Select(p => p.Limit).DefaultIfEmpty().Max();
            foreach (var unit in line.SkipWhile(u => mine > 0 && !u.People.Any(p => p.UserId == applicant && p.Limit == mine)))
            {
                var able = (from p in unit.People where p.UserId != applicant && p.Limit >= amount && p.Limit > mine select p.UserId).ToList();
                expected = able.Count == 0 && unit == line[^1] ? [.. from p in unit.People where p.UserId != applicant && p.Limit >= amount select p.UserId] : able;
                if (expected.Count > 0)
                {
                    break;
                }
            }

            var asked = AuthorityRules.Lowest(line, amount, applicant);
            Assert.Equal(expected, asked);
            Assert.DoesNotContain(applicant, asked);
            found += asked.Count > 0 ? 1 : 0;
        }

        Assert.True(found > 500);
        Assert.Equal([2], AuthorityRules.Lowest([new(1, [new(7, 50), new(1, 50)]), new(2, [new(2, 90)])], 50, 7));
        Assert.Equal([1], AuthorityRules.Lowest([new(1, [new(7, 50), new(1, 51)]), new(2, [new(2, 90)])], 50, 7));
        Assert.Empty(AuthorityRules.Lowest([new(1, [new(1, 49)])], 50, 7));
        Assert.Equal([3], AuthorityRules.Lowest([new(1, [new(1, 60)]), new(2, [new(7, 60)]), new(3, [new(3, 90)])], 50, 7)); // Nobody below decides on his superior's request.
    }

    [Theory]
    [InlineData(AuthorityAction.CreditLimit, "50万", 50_000_000L)]
    [InlineData(AuthorityAction.CreditLimit, "1,200.5", 120_050L)]
    [InlineData(AuthorityAction.Discount, "8.5%", 850L)]
    [InlineData(AuthorityAction.Discount, "100", 10_000L)]
    [InlineData(AuthorityAction.CreditDays, "45天", 45L)]
    [InlineData(AuthorityAction.Discount, "100.01", null)]
    [InlineData(AuthorityAction.Discount, "8.555", null)]
    [InlineData(AuthorityAction.CreditDays, "1.5", null)]
    [InlineData(AuthorityAction.CreditLimit, "0", null)]
    [InlineData(AuthorityAction.CreditLimit, "-1", null)]
    [InlineData(AuthorityAction.WriteOff, "1e9", null)]
    public void A_limit_is_read_as_people_type_it(AuthorityAction action, string typed, long? amount) => Assert.Equal(amount, AuthorityAmount.TryRead(action, typed, out var read) ? read : null);

    [Fact]
    public void A_role_holds_at_its_level_below_its_unit_heads_in_their_own_unit_and_a_person_where_he_works()
    {
        var outlet = new Officer(1, 12, "1/5/12/", UnitLevel.Outlet, 3, Heads: true);
        Assert.True(AuthorityRules.Holds(new(5, "1/5/", 3, UnitLevel.Outlet, null, true), outlet));
        Assert.False(AuthorityRules.Holds(new(5, "1/5/", 3, UnitLevel.Subsidiary, null, true), outlet));
        Assert.False(AuthorityRules.Holds(new(6, "1/6/", 3, UnitLevel.Outlet, null, true), outlet));
        Assert.True(AuthorityRules.Holds(new(12, "1/5/12/", null, null, null, true), outlet));
        Assert.False(AuthorityRules.Holds(new(12, "1/5/12/", null, null, null, true), outlet with { Heads = false }));
        Assert.False(AuthorityRules.Holds(new(5, "1/5/", null, null, null, true), outlet));
        Assert.True(AuthorityRules.Holds(new(12, "1/5/12/", null, null, 1, true), outlet));
        Assert.False(AuthorityRules.Holds(new(12, "1/5/12/", null, null, 1, true), outlet with { UnitId = 13 }));
    }
}
