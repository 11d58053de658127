using System.Globalization;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>Daraja's clock: East Africa Time, three hours ahead of UTC all year round, whatever zone this machine is in.</summary>
internal static class MpesaTime
{
    private const string Form = "yyyyMMddHHmmss";
    private static readonly TimeSpan EastAfrica = TimeSpan.FromHours(3);

    public static string Stamp(DateTimeOffset time) => time.ToOffset(EastAfrica).ToString(Form, CultureInfo.InvariantCulture);

    public static DateTimeOffset? Read(string? stamp) =>
        DateTime.TryParseExact(stamp, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? new DateTimeOffset(local, EastAfrica).ToUniversalTime() : null;
}
