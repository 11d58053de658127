using Xunit.Abstractions;
using Xunit.Sdk;

namespace PaymentAdmin.Tests.Support;

/// <summary>A test in a browser. Set <see cref="IsLong"/> for those that only `./test --long` runs.</summary>
[TraitDiscoverer("PaymentAdmin.Tests.Support." + nameof(CategoryDiscoverer), "PaymentAdmin.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute, ITraitAttribute
{
    public bool IsLong { get; set; }

    public string Categories => Needs.Categories("Browser", IsLong);

    public override string? Skip
    {
        get => base.Skip ?? Needs.Chromium ?? Needs.Length(IsLong);
        set => base.Skip = value;
    }
}

/// <summary>As <see cref="BrowserFactAttribute"/>, with data.</summary>
[TraitDiscoverer("PaymentAdmin.Tests.Support." + nameof(CategoryDiscoverer), "PaymentAdmin.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public bool IsLong { get; set; }

    public string Categories => Needs.Categories("Browser", IsLong);

    public override string? Skip
    {
        get => base.Skip ?? Needs.Chromium ?? Needs.Length(IsLong);
        set => base.Skip = value;
    }
}

/// <summary>A test of what only PostgreSQL does. It needs the server, whichever engine the run is on.</summary>
[TraitDiscoverer("PaymentAdmin.Tests.Support." + nameof(CategoryDiscoverer), "PaymentAdmin.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute, ITraitAttribute
{
    public bool IsLong { get; set; }

    public string Categories => Needs.Categories("Postgres", IsLong);

    public override string? Skip
    {
        get => base.Skip ?? Needs.Postgres ?? Needs.Length(IsLong);
        set => base.Skip = value;
    }
}

/// <summary>A test of what only SQLite does (its file, its locks, its pragmas).</summary>
[TraitDiscoverer("PaymentAdmin.Tests.Support." + nameof(CategoryDiscoverer), "PaymentAdmin.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class SqliteFactAttribute : FactAttribute, ITraitAttribute
{
    public bool IsLong { get; set; }

    public string Categories => Needs.Categories("SqliteOnly", IsLong);

    public override string? Skip
    {
        get => base.Skip ?? Needs.Sqlite ?? Needs.Length(IsLong);
        set => base.Skip = value;
    }
}

/// <summary>A test that takes long and needs nothing else: kill loops, soaks, full grids.</summary>
[TraitDiscoverer("PaymentAdmin.Tests.Support." + nameof(CategoryDiscoverer), "PaymentAdmin.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute, ITraitAttribute
{
    public string Categories { get; } = "Long";

    public override string? Skip
    {
        get => base.Skip ?? Needs.Length(isLong: true);
        set => base.Skip = value;
    }
}

/// <summary>A test that types into a shell what a document says.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CurlFactAttribute : FactAttribute
{
    public override string? Skip
    {
        get => base.Skip ?? Needs.Curl;
        set => base.Skip = value;
    }
}

/// <summary>Turns the attributes above into the `Category` that ./test filters by.</summary>
public sealed class CategoryDiscoverer : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) =>
        traitAttribute.GetNamedArgument<string>("Categories").Split(' ').Select(category => KeyValuePair.Create("Category", category));
}

/// <summary>Why a test cannot run here; null when it can.</summary>
internal static class Needs
{
    public static string? Chromium => TestMachine.Chromium is null
        ? "Needs Chromium (package chromium, or a path in PAYMENTADMIN_TEST_CHROMIUM)."
        : null;

    public static string? Postgres => TestMachine.PostgresServer is null
        ? "Needs PostgreSQL: ./test starts one, or PAYMENTADMIN_TEST_POSTGRES names one."
        : null;

    public static string? Curl => Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "curl"))) == true
        ? null
        : "Needs curl in a shell (package curl).";

    public static string? Sqlite => TestMachine.Engine == TestEngine.Sqlite ? null : "Tests SQLite; this run is on PostgreSQL.";

    public static string? Length(bool isLong) => isLong && !TestMachine.RunsLongForms ? "Long form: ./test --long runs it." : null;

    public static string Categories(string need, bool isLong) => isLong ? need + " Long" : need;
}
