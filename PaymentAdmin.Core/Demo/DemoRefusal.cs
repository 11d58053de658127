using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Demo;

/// <summary>Where made-up payments have no place.</summary>
internal static class DemoRefusal
{
    public static Problem? In(Deployment deployment) => deployment.IsProduction ? new Problem(Codes.DemoRefused, "Demo data has no place in Production.") : null;

    public static async Task<Problem?> BesideLiveAsync(PaymentDb db, CancellationToken cancellationToken) =>
        await db.Payments.AnyAsync(payment => payment.Mode == Mode.Live, cancellationToken)
            ? new Problem(Codes.DemoRefused, "This database has live payments; demo data is not mixed with them.")
            : null;
}
