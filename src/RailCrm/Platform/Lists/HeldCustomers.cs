using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>The customers whose rows a file holds, written beside it: whoever fetches it later must still see every one of them.</summary>
internal static class HeldCustomers
{
    /// <summary>So many are asked for at once, by their keys: a million takes seconds.</summary>
    private const int AtOnce = 10_000;

    /// <summary>How many there are, then each, eight bytes a number.</summary>
    public static Task Write(HashSet<long> ids, string file, CancellationToken ct)
    {
        var (bytes, at) = (new byte[sizeof(long) * (ids.Count + 1)], 0);
        foreach (var number in ids.Order().Prepend(ids.Count))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), number);
            at += sizeof(long);
        }

        return File.WriteAllBytesAsync(file, bytes, ct);
    }

    /// <summary>Whether the actor sees them all, those in the bin too. One that went for good nobody sees.</summary>
    public static async Task<bool> AreSeen(CrmDb db, Stream held, CancellationToken ct)
    {
        var buffer = new byte[sizeof(long) * AtOnce];
        await held.ReadExactlyAsync(buffer.AsMemory(0, sizeof(long)), ct);
        for (var left = BinaryPrimitives.ReadInt64LittleEndian(buffer); left > 0;)
        {
            var count = (int)Math.Min(left, AtOnce);
            await held.ReadExactlyAsync(buffer.AsMemory(0, sizeof(long) * count), ct);
            List<long> ids = [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(sizeof(long) * i)))];
            if (await Seen(db, ids).CountAsync(ct) < count)
            {
                return false;
            }

            left -= count;
        }

        return true;
    }

    /// <remarks>The scope's own condition, without the customer entity that carries it.</remarks>
    private static IQueryable<ScopeCustomer> Seen(CrmDb db, List<long> ids)
    {
        var those = db.Set<ScopeCustomer>().Where(c => EF.Parameter(ids).Contains(c.Id));
        if (db.Scope.Width == ScopeWidth.All)
        {
            return those;
        }

        var (path, end, user, unit, now) = (db.Scope.Path, db.Scope.End, db.Scope.UserId, db.Scope.UnitId, db.UtcNow);
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        return those.Where(c => db.Set<ScopeUnit>().Any(u => u.Id == c.UnitId && string.Compare(u.Path, path) >= 0 && string.Compare(u.Path, end) < 0)
            || db.Set<ScopeGrant>().Any(g => g.CustomerId == c.Id && (g.UserId == user || g.UnitId == unit) && (g.Until == null || g.Until > now)));
#pragma warning restore CA1309
    }
}
