using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Hosting.Verbs;

/// <summary>One command. It runs beside a running server, on the same database, and uses the same use cases.</summary>
public interface IOperatorVerb
{
    string Name { get; }
    IReadOnlyList<VerbOption> Options { get; }
    Task<VerbAnswer> RunAsync(VerbArguments arguments, IServiceProvider services, CancellationToken cancellationToken);
}

/// <summary>What a verb says.</summary>
/// <param name="Value">For <c>--json</c>.</param>
/// <param name="Text">For people; null: the JSON is for people too.</param>
public sealed record VerbAnswer(object? Value, string? Text = null)
{
    /// <summary>Why nothing was done; the exit code is 1.</summary>
    public IReadOnlyList<string> Faults { get; private init; } = [];

    /// <summary>False: the answer is one, and it is bad news (a broken chain, a violated invariant); the exit code is 1.</summary>
    public bool IsGood { get; init; } = true;

    public static VerbAnswer Refused(params IReadOnlyList<string> faults) => new(null, null) { Faults = faults };

    /// <summary>A use case's problem, each of its members as the option of the same name.</summary>
    public static VerbAnswer Refused(Problem problem) => Refused(problem.Errors is { } errors
        ? [.. errors.Select(pair => $"--{pair.Key.Replace('_', '-')} {string.Join("; ", pair.Value)}.")]
        : [problem.Detail]);
}
