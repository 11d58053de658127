using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

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

    /// <summary>The same in a browser, on the way to a page; answers when that page is there.</summary>
    public static async Task FillInAsync(IPage page, string email, string to, string password = TestApp.Password)
    {
        await page.GotoAsync($"{Path}?returnUrl={Uri.EscapeDataString(to)}");
        await page.GetByTestId("signin-email").FillAsync(email);
        await page.GetByTestId("signin-password").FillAsync(password);
        await page.GetByTestId("signin-submit").ClickAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("sign-in"));
        await Assertions.Expect(page.Locator("h1").First).ToBeVisibleAsync();
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
