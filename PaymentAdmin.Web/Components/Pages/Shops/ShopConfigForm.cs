using System.Globalization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Components.Pages.Shops;

/// <summary>
/// What stands in the fields of a config, judged by the use case's own validator. A field is judged aloud once it was left,
/// or holds as many characters as it should; before that a half-typed number is nobody's mistake.
/// </summary>
public sealed class ShopConfigForm
{
    public const string ShopIdMember = "shop_id";
    public const string BinMember = "organization_bin";
    public const string TokenMember = "device_token";
    public const string DescriptionMember = "description";

    private const int BinLength = 12;
    private const int TokenLength = 36;

    private static readonly ShopConfigValidator Validator = new();
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        [ShopIdMember] = "The shop ID",
        [BinMember] = "The BIN",
        [TokenMember] = "The device token",
        [DescriptionMember] = "The description",
    };

    private readonly HashSet<string> left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> refused = new(StringComparer.Ordinal);
    private Dictionary<string, string> faults = new(StringComparer.Ordinal);
    private bool removesToken;

    public string Provider { get; set; } = "";
    public Mode Mode { get; set; }
    public string ShopId { get; private set; } = "";
    public string Bin { get; private set; } = "";

    /// <summary>A new token; empty keeps the present one. What is stored never comes here.</summary>
    public string Token { get; private set; } = "";
    public string Description { get; private set; } = "";
    public bool IsActive { get; set; } = true;

    public bool RemovesToken
    {
        get => removesToken;
        set
        {
            removesToken = value;
            if (value)
                Type(TokenMember, "");
        }
    }

    private int? Version { get; init; }

    public static ShopConfigForm Of(ShopConfigItem item) => new()
    {
        Provider = item.Provider,
        Mode = item.Mode,
        ShopId = item.ShopId.ToString(CultureInfo.InvariantCulture),
        Bin = item.OrganizationBin,
        Description = item.Description ?? "",
        IsActive = item.IsActive,
        Version = item.Version,
    };

    /// <summary>What to say beside a field; null while there is nothing.</summary>
    public string? Error(string member) =>
        refused.GetValueOrDefault(member) is { } said ? said : left.Contains(member) ? faults.GetValueOrDefault(member) : null;

    public void Type(string member, object? value)
    {
        var text = value as string ?? "";
        refused.Remove(member);
        switch (member)
        {
            case ShopIdMember:
                ShopId = text;
                break;
            case BinMember:
                Bin = text;
                JudgeFrom(member, text, BinLength);
                break;
            case TokenMember:
                Token = text;
                JudgeFrom(member, text, TokenLength);
                break;
            case DescriptionMember:
                Description = text;
                left.Add(member);
                break;
        }
        Judge();
    }

    public void Leave(string member)
    {
        left.Add(member);
        Judge();
    }

    /// <summary>Judges every field aloud and answers how many are wrong.</summary>
    public int LeaveAll()
    {
        refused.Clear();
        left.UnionWith(Labels.Keys);
        Judge();
        return faults.Count;
    }

    /// <summary>Puts what the use case refused beside its fields; false when it names none of them.</summary>
    public bool Take(Problem problem)
    {
        foreach (var (member, texts) in problem.Errors ?? new Dictionary<string, string[]>())
            refused[member] = Sentence(member, texts[0]);
        return refused.Count > 0 && refused.Keys.All(member => Labels.ContainsKey(member) || member == "provider");
    }

    public SaveShopConfigRequest ToRequest(Guid tenantId)
    {
        var request = new SaveShopConfigRequest
        {
            TenantId = tenantId,
            Mode = Mode,
            Provider = Provider,
            ShopId = int.TryParse(ShopId.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
            OrganizationBin = Bin.Trim(),
            Description = Description.Trim() is { Length: > 0 } description ? description : null,
            IsActive = IsActive,
            ExpectedVersion = Version,
        };
        if (RemovesToken)
            return request with { DeviceToken = new Given<string>(true, null) };
        return Token.Trim() is { Length: > 0 } token ? request with { DeviceToken = token } : request;
    }

    private void JudgeFrom(string member, string text, int length)
    {
        if (text.Trim().Length >= length)
            left.Add(member);
    }

    private void Judge() =>
        faults = Validator.Validate(ToRequest(Guid.Empty)).Errors.GroupBy(error => error.PropertyName)
            .ToDictionary(group => group.Key, group => Sentence(group.Key, group.First().ErrorMessage), StringComparer.Ordinal);

    /// <summary>The API's "must be …" becomes a sentence; whole sentences stay.</summary>
    private static string Sentence(string member, string text) =>
        text.Length > 0 && char.IsLower(text[0]) ? $"{Labels.GetValueOrDefault(member, "This")} {text}." : text;
}
