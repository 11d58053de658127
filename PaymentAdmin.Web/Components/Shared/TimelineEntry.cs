namespace PaymentAdmin.Web.Components.Shared;

/// <summary>Something that happened, as a sentence and one grey line of evidence. <paramref name="Id"/> makes the link <c>#evt-…</c>.</summary>
public sealed record TimelineEntry(string Id, Tone Tone, string Icon, string Title, string? Detail, DateTimeOffset At);
