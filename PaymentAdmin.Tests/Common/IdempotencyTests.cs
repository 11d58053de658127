using System.Text;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Common;

public sealed class IdempotencyTests
{
    [Fact]
    public async Task Of_many_parallel_claims_one_runs()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();

        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => ClaimAsync(i % 2 == 0 ? engine : other, "key", "print"))));

        Assert.Single(claims, claim => claim is KeyClaim.Run);
        Assert.All(claims.OfType<KeyClaim.Refused>(), refused => Assert.Equal(Codes.IdempotencyInProgress, refused.Problem.Code));
    }

    [Fact]
    public async Task Stored_answer_comes_again_byte_for_byte()
    {
        await using var engine = await Engine.StartAsync();
        var run = Assert.IsType<KeyClaim.Run>(await ClaimAsync(engine, "key", "print"));
        var body = Encoding.UTF8.GetBytes("{\"id\":\"Ә ₸\"}");
        await engine.Get<Idempotency>().CompleteAsync(engine.TenantId, Mode.Test, "key", run.Version, 201, "application/json", body, CancellationToken.None);

        var replay = Assert.IsType<KeyClaim.Replay>(await ClaimAsync(engine, "key", "print"));

        Assert.Equal(201, replay.StatusCode);
        Assert.Equal(body, replay.Body);
    }

    [Fact]
    public async Task Key_of_another_request_is_refused_and_other_tenants_are_not_concerned()
    {
        await using var engine = await Engine.StartAsync();
        await ClaimAsync(engine, "key", "print");

        var reused = Assert.IsType<KeyClaim.Refused>(await ClaimAsync(engine, "key", "another print"));

        Assert.Equal(Codes.IdempotencyKeyReused, reused.Problem.Code);
        Assert.IsType<KeyClaim.Run>(await engine.Get<Idempotency>().ClaimAsync(Guid.CreateVersion7(), Mode.Test, "key", "print", CancellationToken.None));
        Assert.IsType<KeyClaim.Run>(await engine.Get<Idempotency>().ClaimAsync(engine.TenantId, Mode.Live, "key", "print", CancellationToken.None));
    }

    [Fact]
    public async Task Claim_of_a_dead_process_is_continued_with_the_same_resource()
    {
        await using var engine = await Engine.StartAsync();
        var first = Assert.IsType<KeyClaim.Run>(await ClaimAsync(engine, "key", "print"));
        engine.Clock.Advance(TimeSpan.FromSeconds(60));

        var second = Assert.IsType<KeyClaim.Run>(await ClaimAsync(engine, "key", "print"));

        Assert.Equal(first.ResourceId, second.ResourceId);
        // The dead one comes back to life: it has no say any more.
        await engine.Get<Idempotency>().CompleteAsync(engine.TenantId, Mode.Test, "key", first.Version, 500, "text/plain", [1], CancellationToken.None);
        Assert.IsNotType<KeyClaim.Replay>(await ClaimAsync(engine, "key", "print"));
    }

    [Fact]
    public async Task Key_is_free_after_thirty_days_and_after_a_refusal_before_execution()
    {
        await using var engine = await Engine.StartAsync();
        var run = Assert.IsType<KeyClaim.Run>(await ClaimAsync(engine, "refused", "print"));
        await engine.Get<Idempotency>().ReleaseAsync(engine.TenantId, Mode.Test, "refused", run.Version, CancellationToken.None);
        Assert.IsType<KeyClaim.Run>(await ClaimAsync(engine, "refused", "another"));

        engine.Clock.Advance(TimeSpan.FromDays(31));
        Assert.IsType<KeyClaim.Run>(await ClaimAsync(engine, "refused", "a third"));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("~!", true)]
    [InlineData("", false)]
    [InlineData("with space", false)]
    [InlineData("ключ", false)]
    public void Keys_are_visible_ASCII(string key, bool isKey) => Assert.Equal(isKey, Idempotency.IsKey(key));

    private static Task<KeyClaim> ClaimAsync(Engine engine, string key, string fingerprint) =>
        engine.Get<Idempotency>().ClaimAsync(engine.TenantId, Mode.Test, key, fingerprint, CancellationToken.None);
}
