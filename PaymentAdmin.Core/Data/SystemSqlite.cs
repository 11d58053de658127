using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace PaymentAdmin.Core.Data;

/// <summary>
/// Binds EF Core to the SQLite that the operating system ships and patches (docs/decisions/0002-system-sqlite.md).
/// Binding never throws, because a PostgreSQL installation needs no SQLite: whoever opens a SQLite database calls <see cref="Require"/> first.
/// </summary>
public static class SystemSqlite
{
    private const int VersionMin = 3_038_000;
    private const string NativeName = "e_sqlite3";

    private static string? fault;

    /// <summary>Refuses a machine without a usable SQLite, with a sentence that names the package to install.</summary>
    /// <exception cref="InvalidOperationException">The library is missing, or older than 3.38.</exception>
    public static void Require()
    {
        if (fault is not null)
            throw new InvalidOperationException(fault);
    }

#pragma warning disable CA2255 // EF touches SQLite from servers, operator verbs, dotnet-ef and test hosts; only the module's own load comes before all of them
    [ModuleInitializer]
#pragma warning restore CA2255 // the reason stands above
    internal static void Bind()
    {
        AssemblyLoadContext.Default.Resolving += static (context, name) => name.Name is "SQLitePCLRaw.core" or "SQLitePCLRaw.provider.e_sqlite3"
            ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "sqlite", name.Name + ".dll"))
            : null;

        fault = NativeLibrary.TryLoad(LibraryName, out var library) ? FaultOf(VersionOf(library)) : MissingFault(LibraryName);
        if (fault is null)
            UseLibrary(library);
    }

    internal static string MissingFault(string libraryName) =>
        $"SQLite ({libraryName}) was not found on this machine. Install the package libsqlite3-0 (apt-get install libsqlite3-0), or set Database:Provider to Postgres.";

    /// <summary>Null for a version number in SQLite's own form (3040001 is 3.40.1) that is new enough.</summary>
    internal static string? FaultOf(int version) => version >= VersionMin
        ? null
        : $"SQLite {Dotted(version)} is too old; {Dotted(VersionMin)} or later is needed. Update the package libsqlite3-0, or set Database:Provider to Postgres.";

    // Apart from Bind, so that the types of SQLitePCLRaw are looked up only after the resolver stands.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseLibrary(nint library)
    {
        var provider = new SQLitePCL.SQLite3Provider_e_sqlite3();
        NativeLibrary.SetDllImportResolver(provider.GetType().Assembly, (name, _, _) => name == NativeName ? library : 0);
        SQLitePCL.raw.SetProvider(provider);
        SQLitePCL.raw.FreezeProvider();
    }

    private static string LibraryName =>
        OperatingSystem.IsWindows() ? "winsqlite3.dll" : OperatingSystem.IsMacOS() ? "/usr/lib/libsqlite3.dylib" : "libsqlite3.so.0";

    private static int VersionOf(nint library) => NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var function)
        ? Marshal.GetDelegateForFunctionPointer<LibraryVersion>(function)()
        : 0;

    private static string Dotted(int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}");

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int LibraryVersion();
}
