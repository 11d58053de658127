namespace PaymentAdmin.Web.Hosting;

/// <summary>A way back is followed only inside this site: an open redirect would lend our name to a phishing page.</summary>
public static class LocalUrl
{
    public static string Or(string? url, string fallback) => IsLocal(url) ? url! : fallback;

    /// <summary>"/payments?x=1" is local; "//evil.example", "/\evil.example" and anything with a control character are not.</summary>
    public static bool IsLocal(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
