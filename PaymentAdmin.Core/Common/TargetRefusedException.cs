namespace PaymentAdmin.Core.Common;

/// <summary>The name resolved to an address that may not be called from here (private, loopback, link-local).</summary>
public sealed class TargetRefusedException(string message) : Exception(message);
