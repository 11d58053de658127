using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace PaymentAdmin.Tests.Support;

/// <summary>Hands bUnit the AngleSharp.Diffing that the build lays beside the tests; the version it asks for cannot be restored everywhere.</summary>
internal static class BunitResolver
{
#pragma warning disable CA2255 // bUnit's types are loaded by the test runner; only the module's own load comes before that
    [ModuleInitializer]
#pragma warning restore CA2255 // the reason stands above
    internal static void Add() => AssemblyLoadContext.Default.Resolving += static (context, name) => name.Name == "AngleSharp.Diffing"
        ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "pruned", "AngleSharp.Diffing.dll"))
        : null;
}
