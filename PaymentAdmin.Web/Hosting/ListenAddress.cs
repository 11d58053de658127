using System.Net;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Readings of an address that the server listens on.</summary>
public static class ListenAddress
{
    private static readonly string[] Wildcards = ["*", "+", "0.0.0.0", "[::]", "::"];

    /// <summary>As one would type it into a browser: wildcard hosts read as localhost, no trailing slash.</summary>
    public static string ForPeople(string url)
    {
        var address = BindingAddress.Parse(url);
        var host = Wildcards.Contains(address.Host) ? "localhost" : address.Host;
        var isUsual = (address.Scheme, address.Port) is ("http", 80) or ("https", 443);
        return $"{address.Scheme}://{host}{(isUsual ? "" : $":{address.Port}")}{address.PathBase.TrimEnd('/')}".ToLowerInvariant();
    }

    public static bool IsLoopback(BindingAddress address) =>
        address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    public static BindingAddress? TryParse(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && !address.IsUnixPipe && !address.IsNamedPipe && address.Host.Length > 0 ? address : null;
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}
