namespace PaymentAdmin.Core.Webhooks;

public enum DiffKind
{
    Same,
    Removed,
    Added,
}

public sealed record DiffLine(DiffKind Kind, string Text);

/// <summary>What one masked body says that an earlier one did not, line by line.</summary>
public static class BodyDiff
{
    /// <summary>Beyond this a body is no longer compared: the table of both grows with their product.</summary>
    public const int LinesMax = 1500;

    /// <summary>The longest common sequence of lines stays; what it leaves out was removed or added. Null: too long to compare.</summary>
    public static IReadOnlyList<DiffLine>? Between(string earlier, string later)
    {
        var (before, after) = (earlier.Split('\n'), later.Split('\n'));
        if (before.Length > LinesMax || after.Length > LinesMax)
            return null;
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var k = after.Length - 1; k >= 0; k--)
                common[i, k] = before[i] == after[k] ? common[i + 1, k + 1] + 1 : Math.Max(common[i + 1, k], common[i, k + 1]);
        }
        var lines = new List<DiffLine>();
        var (left, right) = (0, 0);
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                lines.Add(new DiffLine(DiffKind.Same, before[left++]));
                right++;
            }
            else if (left < before.Length && (right == after.Length || common[left + 1, right] >= common[left, right + 1]))
            {
                lines.Add(new DiffLine(DiffKind.Removed, before[left++]));
            }
            else
            {
                lines.Add(new DiffLine(DiffKind.Added, after[right++]));
            }
        }
        return lines;
    }
}
