namespace PaymentAdmin.Web.Hosting;

/// <summary>The folder that relative paths start from: that of PaymentAdmin.sln when run from a checkout, else the current one.</summary>
public static class HomeFolder
{
    private const string Solution = "PaymentAdmin.sln";

    public static string Find() => Checkout() ?? Directory.GetCurrentDirectory();

    /// <summary>Upward from the current directory, then from the program's; null outside of a checkout.</summary>
    public static string? Checkout() => Upward(Directory.GetCurrentDirectory()) ?? Upward(AppContext.BaseDirectory);

    private static string? Upward(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
                return folder.FullName;
        }
        return null;
    }
}
