namespace PaymentAdmin.Web.Components.Shared;

/// <summary>One tab of <see cref="LinkTabs"/>: a real link, so that every view has its own address. <paramref name="Count"/> is written as it shall be read.</summary>
public sealed record LinkTab(string Text, string Href, bool IsCurrent, string? Count = null);
