namespace RailCrm.Modules.Customers;

/// <summary>Where each of a customer's people stands in a picture of who reports to whom: one row each, whoever is below somebody stands under and right of him. No database here.</summary>
internal static class RelationMap
{
    /// <summary>Deeper than this it is not drawn further right: a phone is narrow.</summary>
    private const int Deepest = 6;

    /// <summary>One person in the picture.</summary>
    /// <param name="Contact">Who.</param>
    /// <param name="Depth">How far right.</param>
    /// <param name="Row">The row, from the top.</param>
    /// <param name="Above">The row of whom the person reports to; null on top.</param>
    public sealed record Place(Contact Contact, int Depth, int Row, int? Above);

    /// <summary>All of them in the order of the rows: those on top by influence, below each those who report to him.</summary>
    public static IReadOnlyList<Place> Of(IReadOnlyList<Contact> people)
    {
        var ids = people.Select(k => k.Id).ToHashSet();
        var below = people.Where(k => k.ReportsToId is { } id && ids.Contains(id)).ToLookup(k => k.ReportsToId!.Value);
        var (places, drawn) = (new List<Place>(), new HashSet<long>());
        foreach (var top in Ordered(people.Where(k => k.ReportsToId is not { } id || !ids.Contains(id))).Concat(Ordered(people))) // Again: a round that nobody may save, but a merge taken back might leave, hangs on nobody.
        {
            Draw(top, 0, null);
        }

        return places;

        void Draw(Contact person, int depth, int? above)
        {
            if (!drawn.Add(person.Id))
            {
                return;
            }

            var row = places.Count;
            places.Add(new(person, Math.Min(depth, Deepest), row, above));
            foreach (var next in Ordered(below[person.Id]))
            {
                Draw(next, depth + 1, row);
            }
        }
    }

    private static IEnumerable<Contact> Ordered(IEnumerable<Contact> people) => people.OrderBy(k => k.Influence ?? Influence.Low).ThenByDescending(k => k.IsMain).ThenBy(k => k.Name, StringComparer.Ordinal).ThenBy(k => k.Id);
}
