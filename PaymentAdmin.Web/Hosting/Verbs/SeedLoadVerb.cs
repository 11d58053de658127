using System.Diagnostics;
using System.Globalization;
using PaymentAdmin.Core.Demo;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>Adds made-up payments by the million, to measure with. Each run adds more.</summary>
public sealed class SeedLoadVerb : IOperatorVerb
{
    public string Name => "seed-load";

    public IReadOnlyList<VerbOption> Options { get; } = [VerbOption.Required("payments", "N")];

    public async Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!int.TryParse(arguments["payments"], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return VerbAnswer.Refused("--payments is not a whole number.");
        var started = Stopwatch.GetTimestamp();
        var loaded = await services.GetRequiredService<SeedLoad>().RunAsync(count, cancellationToken);
        if (loaded.Problem is { } problem)
            return VerbAnswer.Refused(problem);
        var seconds = (int)Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new VerbAnswer(new { payments = loaded.Value, seconds }, string.Create(CultureInfo.InvariantCulture, $"{loaded.Value:N0} payments were added in {seconds} s."));
    }
}
