using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Ikhokha;

/// <param name="EntityID">Ours, another one for each request: the same value twice was answered with HTTP 500.</param>
internal sealed record IkhokhaPayment(
    string EntityID,
    string ExternalEntityID,
    long Amount,
    string Currency,
    string RequesterUrl,
    string Description,
    string PaymentReference,
    string Mode,
    string ExternalTransactionID,
    IkhokhaUrls Urls);

internal sealed record IkhokhaUrls(string CallbackUrl, string SuccessPageUrl, string FailurePageUrl, string CancelUrl);

/// <summary>Created only when <paramref name="ResponseCode"/> is "00", whatever the HTTP status.</summary>
internal sealed record IkhokhaCreated(string? ResponseCode, string? Message, string? PaylinkUrl, string? PaylinkID, string? ExternalTransactionID);

/// <param name="Amount">Whole cents; anything else makes the answer unreadable.</param>
internal sealed record IkhokhaStatus(string? PaylinkID, string? Status, string? CreatedAt, long? Amount, string? Description, string? ExternalTransactionID, string? Message = null);

/// <summary>The callback: no amount, no currency, no event id and no time.</summary>
internal sealed record IkhokhaEvent(string? PaylinkID, string? Status, string? ExternalTransactionID, string? ResponseCode, string? Text = null);

internal sealed record IkhokhaFault(string? Message);

/// <summary>What the imitation is asked to create: everything may be missing.</summary>
internal sealed record IkhokhaAsked(string? EntityID, string? ExternalEntityID, long? Amount, string? Currency, string? RequesterUrl, string? Description, string? PaymentReference, string? Mode, string? ExternalTransactionID, IkhokhaAskedUrls? Urls);

internal sealed record IkhokhaAskedUrls(string? CallbackUrl, string? SuccessPageUrl, string? FailurePageUrl, string? CancelUrl);

/// <summary>What the imitation remembers of a paylink.</summary>
/// <param name="AccountId">Whose secret signs the callbacks.</param>
/// <param name="Asks">A card waits for its bank's page.</param>
/// <param name="Said">Cents that getStatus will tell where the dial wants others than were asked.</param>
internal sealed record IkhokhaSandboxLink(Guid? AccountId, string Description, IkhokhaAskedUrls Urls, bool Asks = false, string? Failure = null, long? Said = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(IkhokhaPayment))]
[JsonSerializable(typeof(IkhokhaCreated))]
[JsonSerializable(typeof(IkhokhaStatus))]
[JsonSerializable(typeof(List<IkhokhaStatus>))]
[JsonSerializable(typeof(IkhokhaEvent))]
[JsonSerializable(typeof(IkhokhaFault))]
[JsonSerializable(typeof(IkhokhaAsked))]
[JsonSerializable(typeof(IkhokhaSandboxLink))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class IkhokhaJson : JsonSerializerContext;
