namespace PaymentAdmin.Web.Components.Shared;

/// <summary>One state that was passed, is now, or lies ahead (hollow). <paramref name="Detail"/>: when, and how long it stayed.</summary>
public sealed record RailStep(string Title, string Detail, bool IsAhead = false, bool IsCurrent = false, string? Icon = null, Tone? Tone = null);
