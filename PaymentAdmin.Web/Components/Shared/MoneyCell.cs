namespace PaymentAdmin.Web.Components.Shared;

/// <summary>One figure of a <see cref="MoneyStrip"/>; money that went away is negative. The key one is tinted.</summary>
public sealed record MoneyCell(string Label, long Minor, bool IsKey = false);
