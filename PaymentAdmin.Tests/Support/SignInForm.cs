using System.Net;
using System.Text.RegularExpressions;

namespace PaymentAdmin.Tests.Support;

/// <summary>Signs in as a browser without scripts does: gets the page, sends its form back with its hidden fields.</summary>
public static partial class SignInForm
{
    public const string Path = "/account/sign-in";

    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string email, string password, string path = Path)
    {
        var fields = HiddenFields(await client.GetStringAsync(path));
        fields["Form.Email"] = email;
        fields["Form.Password"] = password;
        return await client.PostAsync(path, new FormUrlEncodedContent(fields));
    }

    public static Dictionary<string, string> HiddenFields(string html) => HiddenInput().Matches(html)
        .Select(input => (Name: NameOf().Match(input.Value).Groups["text"].Value, Value: ValueOf().Match(input.Value).Groups["text"].Value))
        .ToDictionary(field => WebUtility.HtmlDecode(field.Name), field => WebUtility.HtmlDecode(field.Value), StringComparer.Ordinal);

    [GeneratedRegex("""<input[^>]*type="hidden"[^>]*>""")]
    private static partial Regex HiddenInput();

    [GeneratedRegex("""\bname="(?<text>[^"]*)\u0022""")]
    private static partial Regex NameOf();

    [GeneratedRegex("""\bvalue="(?<text>[^"]*)\u0022""")]
    private static partial Regex ValueOf();
}
