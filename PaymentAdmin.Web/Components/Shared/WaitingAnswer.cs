using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>Tells a refusal from a change that a second person is asked about.</summary>
public static class WaitingAnswer
{
    public static bool IsWaiting(this Problem? problem) => problem?.Code == Codes.WaitingForApproval;

    /// <summary>Why nothing was done; null when it was done, or waits for a second person.</summary>
    public static string? Refusal(this Problem? problem) => problem.IsWaiting() ? null : problem?.Detail;
}
