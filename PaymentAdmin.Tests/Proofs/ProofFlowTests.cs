using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Integrity;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Proofs;

/// <summary>A proof from the payer's hand to the money: over the API with a key or a client token, decided by signed-in persons.</summary>
public sealed class ProofFlowTests : IAsyncLifetime
{
    private TestApp app = null!;
    private HttpClient api = null!;
    private Guid tenantId;

    public async Task InitializeAsync()
    {
        app = await TestApp.StartAsync();
        tenantId = await app.TenantIdAsync();
        api = app.Client(await app.CreateKeyAsync());
        var account = new NewProviderAccount { TenantId = tenantId, Provider = "manual", Mode = Mode.Test, Endpoint = AccountEndpoint.Provider, Name = "Manual", IsEnabled = true, IsForAllShops = true, Credentials = new Dictionary<string, string> { ["bank_account"] = "KZ86125KZT5004100100" } };
        Assert.Null((await app.Get<SaveProviderAccount>().CreateAsync(account, Actor.System("test"), default)).Problem);
    }

    public async Task DisposeAsync()
    {
        var problems = await app.Get<CheckIntegrity>().RunAsync(CancellationToken.None);
        api.Dispose();
        await app.DisposeAsync();
        Assert.DoesNotContain(problems, result => result.Violations.Count > 0);
    }

    [Fact]
    public async Task Accepted_proof_pays_the_payment()
    {
        var payment = await CreateAsync("order-1");
        using var answer = await SubmitAsync(payment, reference: "TXN-1", file: Pictures.Png());
        var proof = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(("submitted", "image/png"), (proof["status"]!.GetValue<string>(), proof["files"]![0]!["content_type"]!.GetValue<string>()));
        Assert.Equal("in_review", (await ReadAsync(payment))["status"]!.GetValue<string>());
        Assert.Equal(ProofStatus.Approved, (await ApproveAsync(proof, 500_000, await ClerkAsync())).Value);

        var paid = await ReadAsync(payment);
        Assert.Equal(("succeeded", 500_000L, "approved"), (paid["status"]!.GetValue<string>(), paid["received_minor"]!.GetValue<long>(), paid["proofs"]![0]!["status"]!.GetValue<string>()));
        Assert.Equal("manual", paid["exceptions"]![0]!.GetValue<string>());
        Assert.Equal(["proof.submitted", "proof.approved"], await app.ReadAsync(db => db.OutgoingEvents.Where(row => row.Type.StartsWith("proof")).OrderBy(row => row.Sequence).Select(row => row.Type).ToListAsync()));
        Assert.Contains(await app.ReadAsync(db => db.AuditEntries.Where(row => row.Action == "proof.approved").Select(row => row.After!).ToListAsync()), after => after.Contains(proof["files"]![0]!["sha256"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rejected_proof_leaves_the_payment_open_and_tells_the_payer_why()
    {
        var payment = await CreateAsync("order-2");
        var proof = await ProofAsync(payment, "TXN-2");

        var rejected = await app.Get<ReviewProof>().RejectAsync(await DecisionAsync(proof), ProofRejection.NotReceived, null, "checked the statement", await ClerkAsync(), default);

        Assert.Equal(ProofStatus.Rejected, rejected.Value);
        var read = await ReadAsync(payment);
        Assert.Equal(("pending", "The money has not arrived."), (read["status"]!.GetValue<string>(), read["proofs"]![0]!["answer"]!.GetValue<string>()));
        Assert.DoesNotContain("statement", read.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(Codes.ChangedMeanwhile, (await ApproveAsync(proof, 500_000, await ClerkAsync())).Problem?.Code);
    }

    [Fact]
    public async Task Another_amount_waits_for_a_second_decision_and_is_never_silently_complete()
    {
        var payment = await CreateAsync("order-3");
        await ApproveAsync(await ProofAsync(payment, "TXN-3"), 300_000, await ClerkAsync());

        var half = await ReadAsync(payment);
        Assert.Equal(("in_review", 300_000L), (half["status"]!.GetValue<string>(), half["received_minor"]!.GetValue<long>()));
        await app.Get<SettlePayment>().DecideAsync(tenantId, payment, ObservedFact.ReceivedAccepted, "agreed", await ClerkAsync(Roles.Finance), default);
        Assert.Equal("pending", (await ReadAsync(payment))["status"]!.GetValue<string>());
        var rest = await ProofAsync(payment, "TXN-3B");
        Assert.Equal(200_000, rest["amount_minor"]!.GetValue<long>());
        await ApproveAsync(rest, 200_000, await ClerkAsync());

        Assert.Equal("in_review", (await ReadAsync(payment))["status"]!.GetValue<string>());
        await app.Get<SettlePayment>().DecideAsync(tenantId, payment, ObservedFact.ReceivedAccepted, "the rest came", await ClerkAsync(Roles.Finance), default);
        Assert.Equal("succeeded", (await ReadAsync(payment))["status"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("TXN 4-4")]
    [InlineData("ТХN44")]
    [InlineData("txn.4.4")]
    public async Task Reference_pays_once_however_it_is_spelled(string again)
    {
        await ApproveAsync(await ProofAsync(await CreateAsync("order-4"), "TXN44"), 500_000, await ClerkAsync());
        var second = await ProofAsync(await CreateAsync("order-5"), again);

        Assert.Equal(Codes.DuplicateReference, (await ApproveAsync(second, 500_000, await ClerkAsync())).Problem?.Code);
    }

    [Fact]
    public async Task One_reference_approved_at_the_same_moment_pays_once()
    {
        var proofs = new List<JsonNode>();
        for (var i = 0; i < 6; i++)
            proofs.Add(await ProofAsync(await CreateAsync($"race-{i}"), "TXN-RACE"));
        var clerk = await ClerkAsync();
        var decisions = await Task.WhenAll(proofs.Select(DecisionAsync));

        var results = await Task.WhenAll(decisions.Select(decision => app.Get<ReviewProof>().ApproveAsync(decision, 500_000, null, clerk, default)));

        Assert.Single(results, result => result.IsOk);
        Assert.All(results.Where(result => !result.IsOk), result => Assert.Equal(Codes.DuplicateReference, result.Problem!.Code));
    }

    [Fact]
    public async Task Who_brought_it_never_decides_it_also_not_by_a_key_of_his()
    {
        var clerk = await ClerkAsync(Roles.Finance);
        var payment = await CreateAsync("order-6");
        var own = await app.Get<SubmitProof>().RunAsync(new ProofSubmission { TenantId = tenantId, Mode = Mode.Test, PaymentId = payment, Type = ProofType.CashOnDelivery }, clerk, default);
        var byKey = clerk with { Kind = ActorKind.ApiKey, Id = "key" };
        var other = await CreateAsync("order-7");
        var keyed = await app.Get<SubmitProof>().RunAsync(new ProofSubmission { TenantId = tenantId, Mode = Mode.Test, PaymentId = other, Type = ProofType.CashOnDelivery }, byKey, default);

        foreach (var proof in new[] { own.Value.Id, keyed.Value.Id })
        {
            var version = await app.ReadAsync(db => db.ManualProofs.Where(row => row.Id == proof).Select(row => row.Version).SingleAsync());
            Assert.Equal(Codes.FourEyes, (await app.Get<ReviewProof>().ApproveAsync(new ProofDecision(tenantId, proof, version), 500_000, null, clerk, default)).Problem?.Code);
            Assert.Equal(Codes.PermissionMissing, (await app.Get<ReviewProof>().ApproveAsync(new ProofDecision(tenantId, proof, version), 500_000, null, byKey with { AnswerableUserId = Guid.CreateVersion7() }, default)).Problem?.Code);
        }
        Assert.Equal(0, await app.ReadAsync(db => db.Receipts.CountAsync()));
    }

    [Fact]
    public async Task Above_the_limit_two_persons_find_the_same_money()
    {
        await app.Store.WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.Always)), default);
        var (first, second) = (await ClerkAsync(), await ClerkAsync());
        var payment = await CreateAsync("order-8");
        var proof = await ProofAsync(payment, "TXN-8");

        Assert.Equal(ProofStatus.ApprovedFirst, (await ApproveAsync(proof, 500_000, first)).Value);
        Assert.Equal("in_review", (await ReadAsync(payment))["status"]!.GetValue<string>());
        Assert.Equal(Codes.FourEyes, (await ApproveAsync(proof, 500_000, first)).Problem?.Code);
        Assert.Equal(Codes.FourEyes, (await ApproveAsync(proof, 500_000, first with { Role = Roles.Superadmin })).Problem?.Code);
        Assert.Equal(Codes.ValidationFailed, (await ApproveAsync(proof, 400_000, second)).Problem?.Code);
        Assert.Equal(ProofStatus.Approved, (await ApproveAsync(proof, 500_000, second)).Value);
        Assert.Equal("succeeded", (await ReadAsync(payment))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_clerks_at_once_decide_once()
    {
        var payment = await CreateAsync("order-9");
        var proof = await ProofAsync(payment, "TXN-9");
        var (decision, clerks) = (await DecisionAsync(proof), new[] { await ClerkAsync(), await ClerkAsync() });

        var results = await Task.WhenAll(clerks.Select(clerk => app.Get<ReviewProof>().ApproveAsync(decision, 500_000, null, clerk, default)));

        Assert.Single(results, result => result.IsOk);
        Assert.Contains("has decided already", Assert.Single(results, result => !result.IsOk).Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(500_000, (await ReadAsync(payment))["received_minor"]!.GetValue<long>());
    }

    [Fact]
    public async Task Claimed_proof_is_before_one_clerk_only()
    {
        var proof = Guid.Parse((await ProofAsync(await CreateAsync("order-10"), "TXN-10"))["id"]!.GetValue<string>());
        var (one, two) = (await ClerkAsync(), await ClerkAsync());

        Assert.True((await app.Get<ReviewProof>().ClaimAsync(tenantId, proof, one, default)).IsOk);
        Assert.Equal(Codes.ChangedMeanwhile, (await app.Get<ReviewProof>().ClaimAsync(tenantId, proof, two, default)).Problem?.Code);
        Assert.True(await app.Get<ReviewProof>().ReleaseAsync(tenantId, proof, one, default));
        Assert.True((await app.Get<ReviewProof>().ClaimAsync(tenantId, proof, two, default)).IsOk);
    }

    [Fact]
    public async Task Waiting_proofs_are_given_to_one_clerk_for_a_shift()
    {
        var proofs = new List<Guid>();
        foreach (var i in new[] { 1, 2, 3 })
            proofs.Add(Guid.Parse((await ProofAsync(await CreateAsync($"order-shift-{i}"), $"TXN-SHIFT-{i}"))["id"]!.GetValue<string>()));
        var (one, two, auditor, lead) = (await ClerkAsync(), await ClerkAsync(), await ClerkAsync(Roles.Auditor), await ClerkAsync(Roles.Finance));
        var review = app.Get<ReviewProof>();
        Assert.True((await review.ClaimAsync(tenantId, proofs[0], two, default)).IsOk);

        Assert.Equal(Codes.PermissionMissing, (await review.AssignAsync(tenantId, proofs, one.AnswerableUserId!.Value, two, default)).Problem!.Code);
        Assert.Equal(["user_id"], (await review.AssignAsync(tenantId, proofs, auditor.AnswerableUserId!.Value, lead, default)).Problem!.Errors!.Keys);
        Assert.Equal(2, (await review.AssignAsync(tenantId, proofs, one.AnswerableUserId!.Value, lead, default)).Value);

        Assert.Equal(Codes.ChangedMeanwhile, (await review.ClaimAsync(tenantId, proofs[1], two, default)).Problem!.Code);
        Assert.True((await review.ClaimAsync(tenantId, proofs[1], one, default)).IsOk);
        Assert.Equal(1, await app.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Action == "proof.assigned")));
    }

    /// <summary>Each attack that the desk must be safe from, as it comes over the API.</summary>
    public static TheoryData<string, string, byte[], int> Attacks => new()
    {
        { "a vector picture", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"u8.ToArray(), 415 },
        { "a vector picture as a photograph", "a.jpg", "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"u8.ToArray(), 415 },
        { "a page", "a.html", "<html><script>x()</script>"u8.ToArray(), 415 },
        { "a page as a picture", "a.png", "<html><script>x()</script>"u8.ToArray(), 415 },
        { "a picture and a page", "a.png", [.. Pictures.Png(), .. "<script>x()</script>"u8], 415 },
        { "a picture and an archive", "a.jpg", [.. Pictures.Jpeg(), .. Pictures.Zip([0xFF, 0xD9])], 415 },
        { "an archive in a picture", "a.jpg", [.. Pictures.Jpeg()[..^2], .. Pictures.Zip([0xFF, 0xD9])], 415 },
        { "a document behind another file", "a.pdf", [.. "GIF89a"u8, .. Pictures.Pdf()], 415 },
        { "a document that acts", "a.pdf", Pictures.Pdf("<</OpenAction <</S /J#61vaScript /JS (app.alert(1))>>>>"), 415 },
        { "an archive", "a.zip", Pictures.Zip([]), 415 },
        { "a picture that unfolds", "a.png", Pictures.Bomb(), 415 },
        { "script in a camera's notes", "a.jpg", Pictures.Jpeg("<script>x()</script>"u8.ToArray()), 415 },
        { "another extension", "a.jpg", Pictures.Png(), 415 },
        { "an extension that runs", "receipt.png.exe", Pictures.Png(), 415 },
        { "a path", "../../etc/passwd.png", Pictures.Png(), 400 },
        { "a path of Windows", "..\\..\\boot.png", Pictures.Png(), 400 },
        { "markup as a name", "<img src=x onerror=x()>.png", Pictures.Png(), 400 },
        { "markup that ends an attribute", "a' onload='x().png", Pictures.Png(), 400 },
    };

    [Theory, MemberData(nameof(Attacks))]
    public async Task Attack_is_refused_and_nothing_is_stored(string what, string name, byte[] content, int status)
    {
        var payment = await CreateAsync("order-11");

        using var answer = await SubmitAsync(payment, "TXN-11", content, name);

        Assert.True(status == (int)answer.StatusCode, $"{what} was answered {(int)answer.StatusCode}.");
        Assert.Equal(0, await app.ReadAsync(db => db.ManualProofs.CountAsync()));
        Assert.Equal("pending", (await ReadAsync(payment))["status"]!.GetValue<string>());
        Assert.Empty(StoredFiles());
    }

    [Fact]
    public async Task Too_much_is_413_and_too_many_or_none_400()
    {
        var payment = await CreateAsync("order-12");
        var large = new byte[SubmitProof.FileBytesMax + 1];
        Pictures.Png().CopyTo(large, 0);

        using var tooLarge = await SubmitAsync(payment, "TXN-12", large);
        using var huge = await SubmitAsync(payment, "TXN-12", new byte[100 * 1024 * 1024]);
        using var form = Form("TXN-12");
        for (var i = 0; i < 6; i++)
            form.Add(File(Pictures.Png()), "file", $"{i}.png");
        using var many = await api.PostAsync($"/v1/payments/{payment}/proofs", form);

        using var without = Form("TXN-12");
        using var none = await api.PostAsync($"/v1/payments/{payment}/proofs", without);

        Assert.Equal((413, 413, 400, 400), ((int)tooLarge.StatusCode, (int)huge.StatusCode, (int)many.StatusCode, (int)none.StatusCode));
        Assert.Empty(StoredFiles());
    }

    [Fact]
    public async Task Files_lie_encrypted_and_are_given_to_staff_only_sandboxed()
    {
        var payment = await CreateAsync("order-13");
        using var answer = await SubmitAsync(payment, "TXN-13", Pictures.Png(), "receipt.png");
        var file = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["files"]![0]!["id"]!.GetValue<string>();

        Assert.DoesNotContain("PNG", Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(Assert.Single(StoredFiles()))), StringComparison.Ordinal);
        using var clerk = await app.SignInAsync(Roles.Clerk);
        using var seen = await clerk.GetAsync($"/proofs/files/{file}");
        Assert.Equal(Pictures.Png(), await seen.Content.ReadAsByteArrayAsync());
        Assert.Contains("sandbox", seen.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(("attachment", "nosniff", "image/png"), (seen.Content.Headers.ContentDisposition!.DispositionType, seen.Headers.GetValues("X-Content-Type-Options").Single(), seen.Content.Headers.ContentType!.MediaType));
        Assert.Equal(1, await app.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Action == "proof.viewed")));
        using var stranger = await api.GetAsync($"/proofs/files/{file}");
        Assert.NotEqual(HttpStatusCode.OK, stranger.StatusCode);
        using var auditor = await app.SignInAsync(Roles.Auditor);
        using var refused = await auditor.GetAsync($"/proofs/files/{file}");
        Assert.NotEqual(Pictures.Png(), await refused.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Proof_of_another_tenant_is_not_there()
    {
        var proof = await ProofAsync(await CreateAsync("order-17"), "TXN-17");
        var (id, file) = (proof["id"]!.GetValue<string>(), proof["files"]![0]!["id"]!.GetValue<string>());
        var other = new Tenant { Id = Guid.CreateVersion7(), Slug = "other", Name = "Other", TimeZone = "Asia/Almaty", Currency = "KZT", CreatedAt = DateTimeOffset.UnixEpoch };
        await app.Store.WriteAsync(db => Task.FromResult(db.Tenants.Add(other)), default);
        const string email = "clerk@other.test";
        Assert.True((await app.Get<CreateUser>().RunAsync(new CreateUserRequest(email, TestApp.Password, Roles.Finance, "other"), Actor.System("test"), default)).IsOk);
        var user = await app.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        var (clerk, decision) = (new Actor(ActorKind.User, user.Id.ToString(), email, user.Role, user.Id), await DecisionAsync(proof) with { TenantId = other.Id });
        var review = app.Get<ReviewProof>();

        // By the other tenant's number, and by the right one in the hands of the other's clerk.
        foreach (var tried in new[] { decision, decision with { TenantId = tenantId } })
        {
            var code = tried.TenantId == tenantId ? Codes.PermissionMissing : Codes.NotFound;
            Assert.Equal(code, (await review.ApproveAsync(tried, 500_000, null, clerk, default)).Problem?.Code);
            Assert.Equal(code, (await review.RejectAsync(tried, ProofRejection.NotReceived, null, null, clerk, default)).Problem?.Code);
            Assert.Equal(code, (await review.AskForMoreAsync(tried, "Send another one", clerk, default)).Problem?.Code);
            Assert.Equal(code, (await review.ClaimAsync(tried.TenantId, tried.ProofId, clerk, default)).Problem?.Code);
        }
        using var session = app.Client();
        using (await SignInForm.PostAsync(session, email, TestApp.Password))
        using (var seen = await session.GetAsync($"/proofs/files/{file}"))
            Assert.Equal(HttpStatusCode.NotFound, seen.StatusCode);
        using var page = await session.GetAsync($"/proofs/{id}");
        Assert.DoesNotContain("TXN-17", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(ProofStatus.Submitted, await app.ReadAsync(db => db.ManualProofs.Select(row => row.Status).SingleAsync()));
        Assert.Equal(0, await app.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Action == "proof.viewed")));
    }

    [Fact]
    public async Task Proof_of_a_payment_that_was_paid_meanwhile_is_not_approved()
    {
        var payment = await CreateAsync("order-18");
        var proof = await ProofAsync(payment, "TXN-18");
        await app.Get<ApplyObservation>().RunAsync(new PaymentObservation { PaymentId = payment, Fact = ObservedFact.Succeeded, Source = ObservationSource.Webhook, Actor = Actor.Provider("manual"), Received = new Money(500_000, "KZT"), ReceiptReference = "came-otherwise" }, default);

        Assert.Equal("succeeded", (await ReadAsync(payment))["status"]!.GetValue<string>());
        Assert.Equal(Codes.PaymentFinal, (await ApproveAsync(proof, 500_000, await ClerkAsync())).Problem?.Code);

        Assert.Equal(500_000, (await ReadAsync(payment))["received_minor"]!.GetValue<long>());
        Assert.Equal(1, await app.ReadAsync(db => db.Receipts.CountAsync()));
        Assert.Equal(ProofStatus.Submitted, await app.ReadAsync(db => db.ManualProofs.Select(row => row.Status).SingleAsync()));
    }

    /// <summary>A key submits, and no route of the program lets it decide: neither its own proof nor anybody's, whatever the body claims.</summary>
    [Fact]
    public async Task No_route_lets_a_key_decide_a_proof()
    {
        var payment = await CreateAsync("order-19");
        var proof = (await ProofAsync(payment, "TXN-19"))["id"]!.GetValue<string>();
        var clerk = await ClerkAsync(Roles.Superadmin);
        var body = new JsonObject { ["payment_id"] = payment, ["proof_id"] = proof, ["admin_id"] = clerk.AnswerableUserId, ["is_verified"] = true, ["status"] = "approved", ["notes"] = "mine" }.ToJsonString();

        foreach (var path in (string[])[$"/v1/payments/{payment}/proofs/{proof}", $"/v1/payments/{payment}/proofs/{proof}/approve", $"/v1/proofs/{proof}/approve", $"/v1/proofs/{proof}", $"/proofs/{proof}", $"/proofs/{proof}/approve", "/api/v1/payments/confirm_manual_payment"])
        {
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch })
            {
                using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
                using var answer = await api.SendAsync(request);
                Assert.False(answer.IsSuccessStatusCode, $"{method} {path} was answered {(int)answer.StatusCode}.");
            }
        }
        using var form = Form("TXN-19B");
        form.Add(new StringContent(clerk.Id), "admin_id");
        using var claimed = await api.PostAsync($"/v1/payments/{payment}/proofs", form);

        Assert.Equal(HttpStatusCode.BadRequest, claimed.StatusCode);
        Assert.Equal(ProofStatus.Submitted, await app.ReadAsync(db => db.ManualProofs.Select(row => row.Status).SingleAsync()));
        Assert.Equal("in_review", (await ReadAsync(payment))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Same_key_makes_one_proof_and_a_paid_payment_takes_none()
    {
        var payment = await CreateAsync("order-14");
        using var first = await SubmitAsync(payment, "TXN-14", Pictures.Png(), key: "proof-14");
        using var second = await SubmitAsync(payment, "TXN-14", Pictures.Png(), key: "proof-14");

        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(1, await app.ReadAsync(db => db.ManualProofs.CountAsync()));
        Assert.Single(StoredFiles());
        await ApproveAsync(JsonNode.Parse(await first.Content.ReadAsStringAsync())!, 500_000, await ClerkAsync());
        using var late = await SubmitAsync(payment, "TXN-15", Pictures.Png());
        Assert.Equal(Codes.PaymentFinal, JsonNode.Parse(await late.Content.ReadAsStringAsync())!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Later_proof_takes_the_place_of_one_that_is_not_decided()
    {
        var payment = await CreateAsync("order-16");
        var first = await ProofAsync(payment, "TXN-16");
        await ProofAsync(payment, "TXN-16B");

        Assert.Equal(["superseded", "submitted"], (await ReadAsync(payment))["proofs"]!.AsArray().Select(proof => proof!["status"]!.GetValue<string>()));
        Assert.Equal(Codes.ChangedMeanwhile, (await ApproveAsync(first, 500_000, await ClerkAsync())).Problem?.Code);
    }

    private async Task<Guid> CreateAsync(string reference)
    {
        var body = new JsonObject { ["order_reference"] = reference, ["amount_minor"] = 500_000, ["currency"] = "KZT", ["provider"] = "manual", ["method"] = "bank_transfer" };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Idempotency-Key", reference);
        using var answer = await api.SendAsync(request);
        var payment = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True(payment["status"]!.ToString() is "pending" or "created", payment.ToJsonString());
        return Guid.Parse(payment["id"]!.GetValue<string>());
    }

    private async Task<HttpResponseMessage> SubmitAsync(Guid payment, string reference, byte[] file, string name = "receipt.png", string? key = null)
    {
        using var form = Form(reference);
        form.Add(File(file), "file", name);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/payments/{payment}/proofs") { Content = form };
        // Refused by its length alone: who asks first need not send it.
        request.Headers.ExpectContinue = file.Length > SubmitProof.TotalBytesMax;
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await api.SendAsync(request);
    }

    /// <summary>A fixed boundary, so that a repeated request has the same bytes.</summary>
    private static MultipartFormDataContent Form(string reference) => new("the-same-boundary") { { new StringContent("bank_transfer"), "proof_type" }, { new StringContent(reference), "proof_reference" } };

    private static ByteArrayContent File(byte[] bytes) => new(bytes);

    private async Task<JsonNode> ProofAsync(Guid payment, string reference)
    {
        using var answer = await SubmitAsync(payment, reference, Pictures.Jpeg(), "receipt.jpg");
        var proof = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True(answer.StatusCode == HttpStatusCode.Created, proof.ToJsonString());
        return proof;
    }

    private async Task<JsonNode> ReadAsync(Guid payment) => JsonNode.Parse(await api.GetStringAsync($"/v1/payments/{payment}"))!;

    private async Task<ProofDecision> DecisionAsync(JsonNode proof)
    {
        var id = Guid.Parse(proof["id"]!.GetValue<string>());
        return new ProofDecision(tenantId, id, await app.ReadAsync(db => db.ManualProofs.Where(row => row.Id == id).Select(row => row.Version).SingleAsync()));
    }

    private async Task<Result<ProofStatus>> ApproveAsync(JsonNode proof, long receivedMinor, Actor clerk) =>
        await app.Get<ReviewProof>().ApproveAsync(await DecisionAsync(proof), receivedMinor, null, clerk, default);

    private async Task<Actor> ClerkAsync(string role = Roles.Clerk)
    {
        var email = await app.CreateUserAsync(role);
        var user = await app.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        return new Actor(ActorKind.User, user.Id.ToString(), email, role, user.Id);
    }

    private List<string> StoredFiles()
    {
        var folder = Path.Combine(app.Get<Deployment>().DataDirectory, "proofs");
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)] : [];
    }
}
