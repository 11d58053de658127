using System.Globalization;

namespace PaymentAdmin.Benchmarks;

/// <summary>One thing asked of a small and a large database in turn, warmed alike; a row of the table with the ratio of each round.</summary>
internal sealed class Comparison
{
    private const int Rounds = 5;

    public required int Calls { get; init; }

    public required int WarmUp { get; init; }

    /// <summary>The share of calls that the second figure of each side covers.</summary>
    public required double Tail { get; init; }

    /// <summary>How the milliseconds are written: "0.00", "0".</summary>
    public required string Format { get; init; }

    public void WriteHead(string what)
    {
        var tail = string.Create(CultureInfo.InvariantCulture, $"p{Tail * 100:0}");
        Console.WriteLine($"{Rounds} rounds of {Calls} calls each, milliseconds.");
        Console.WriteLine();
        Console.WriteLine($"| {what} | small: median, {tail} ms | large: median, {tail} ms | ratio of medians, median of {Rounds} (min–max) |");
        Console.WriteLine("|---|---|---|---|");
    }

    /// <param name="less">Asks the small side and says how many milliseconds it took.</param>
    public async Task RunAsync(string name, Func<Task<double>> less, Func<Task<double>> more)
    {
        List<double> ratios = [], small = [], large = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var isWarmUp = round == 0;
            List<double> a = [], b = [];
            for (var i = 0; i < (isWarmUp ? WarmUp : Calls); i++)
            {
                a.Add(await less());
                b.Add(await more());
            }
            if (isWarmUp)
                continue;
            ratios.Add(Percentile(b, 0.5) / Percentile(a, 0.5));
            small.AddRange(a);
            large.AddRange(b);
        }
        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Text(small)} | {Text(large)} | {ratios[Rounds / 2]:0.00} ({ratios[0]:0.00}–{ratios[^1]:0.00}) |"));
    }

    private string Text(List<double> times) => $"{Percentile(times, 0.5).ToString(Format, CultureInfo.InvariantCulture)}, {Percentile(times, Tail).ToString(Format, CultureInfo.InvariantCulture)}";

    private static double Percentile(List<double> values, double part) => values.Order().ElementAt((int)(values.Count * part));
}
