using FluentValidation.Results;

namespace PaymentAdmin.Core.Common;

/// <summary>What a use case's validator found, as the problem that every caller understands.</summary>
public static class ValidationProblems
{
    /// <summary>Null when nothing was found.</summary>
    public static Problem? ToProblem(this ValidationResult result) => result.IsValid
        ? null
        : Problem.Invalid(result.Errors.GroupBy(error => error.PropertyName).ToDictionary(group => group.Key, group => group.Select(error => error.ErrorMessage).Distinct().ToArray()));
}
