namespace PaymentAdmin.Core.Common;

/// <summary>A place in a list that is sorted newest first.</summary>
public interface IPlaceInList
{
    /// <summary>The page before this place, not the one after.</summary>
    bool IsNewer { get; }
}

/// <summary>A page of a list that is sorted newest first, and the ways to its neighbours; null where there is none.</summary>
public sealed record KeysetPage<TRow>(IReadOnlyList<TRow> Rows, string? NewerCursor, string? OlderCursor);

/// <summary>Reads pages of lists that are sorted newest first.</summary>
public static class KeysetPage
{
    /// <param name="place">Null: the top.</param>
    /// <param name="limit">Rows of a page.</param>
    /// <param name="takeAsync">So many rows from a place on, nearest first: upwards where it leads to newer ones.</param>
    /// <param name="cursorOf">The text of the place of a row.</param>
    public static async Task<KeysetPage<TRow>> ReadAsync<TRow, TPlace>(TPlace? place, int limit, Func<TPlace?, int, Task<List<TRow>>> takeAsync, Func<TRow, bool, string> cursorOf)
        where TPlace : struct, IPlaceInList
    {
        if (place is { IsNewer: true })
        {
            var before = await takeAsync(place, limit + 1);
            if (before.Count > limit)
            {
                before.RemoveAt(limit);
                before.Reverse();
                return new(before, cursorOf(before[0], true), cursorOf(before[^1], false));
            }
            // Fewer than a page: the top is reached, and the first page is shown whole.
            place = null;
        }
        var rows = await takeAsync(place, limit + 1);
        var hasMore = rows.Count > limit;
        if (hasMore)
            rows.RemoveAt(limit);
        return new(rows, place is null || rows.Count == 0 ? null : cursorOf(rows[0], true), hasMore ? cursorOf(rows[^1], false) : null);
    }
}
