using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Endpoints;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.OpenApi;

/// <summary>
/// Every operation of docs/openapi.json, with one success and each error that it documents. An outcome without a way to bring it about here,
/// or a test that does it elsewhere, fails.
/// </summary>
public sealed class OperationsTests(OperationsTests.World world) : IClassFixture<OperationsTests.World>
{
    /// <summary>Outcomes that tests of their own bring about, with the worlds that they need.</summary>
    private static readonly Dictionary<string, string> ProvenBy = new(OfSourceRoutes())
    {
        ["kaspi.create 200"] = nameof(Source001DocumentTests.Curl_lines_of_the_document_work_as_written),
        ["kaspi.create shop_not_configured"] = nameof(Source001CreateTests.Unknown_and_inactive_shops_are_not_configured_and_kaspi_hears_nothing),
        ["kaspi.create provider_not_configured"] = nameof(Source001CreateTests.Without_an_account_the_provider_is_not_configured),
        ["kaspi.create device_token_required"] = nameof(Source001CreateTests.Several_bins_need_device_tokens),
        ["kaspi.create provider_unavailable"] = nameof(Source001CreateTests.Provider_that_cannot_be_reached_is_unavailable),
        ["kaspi.create provider_rejected"] = nameof(Source001CreateTests.Refused_credentials_are_the_providers_refusal_and_never_a_401),
        ["kaspi.create provider_outcome_unknown"] = nameof(Source001CreateTests.Lost_answer_is_an_unknown_outcome_and_a_repetition_sends_nothing),
        // One method starts both checkouts.
        ["kaspi.createLink device_token_required"] = nameof(Source001CreateTests.Several_bins_need_device_tokens),
        ["kaspi.createLink provider_unavailable"] = nameof(Source001CreateTests.Provider_that_cannot_be_reached_is_unavailable),
        ["kaspi.createLink provider_rejected"] = nameof(Source001CreateTests.Refused_credentials_are_the_providers_refusal_and_never_a_401),
        ["kaspi.createLink provider_outcome_unknown"] = nameof(Source001CreateTests.Lost_answer_is_an_unknown_outcome_and_a_repetition_sends_nothing),
        ["kaspi.createLink 200"] = nameof(Source001CreateTests.Link_is_paid_on_its_page),
        ["kaspi.status 200"] = nameof(Source001DocumentTests.Curl_lines_of_the_document_work_as_written),
        ["kaspi.refund 200"] = nameof(Source001RefundTests.Refunded_amount_is_this_refund_in_tenge),
        ["kaspi.refund refund_exceeds_payment"] = nameof(Source001RefundTests.More_than_was_paid_is_refused),
        ["kaspi.refund refund_in_progress"] = nameof(Source001RefundTests.Unknown_outcome_stays_in_the_way_of_a_repetition),
        ["kaspi.refund shop_not_configured"] = nameof(Source001RefundTests.Number_shop_and_payment_must_belong_together),
        ["kaspi.refund payment_not_found"] = nameof(Source001RefundTests.Number_shop_and_payment_must_belong_together),
        ["kaspi.refund provider_rejected"] = nameof(Source001RefundTests.Refused_refund_is_a_502_and_said_again_until_its_time_is_over),
        ["kaspi.refund provider_outcome_unknown"] = nameof(Source001RefundTests.Unknown_outcome_stays_in_the_way_of_a_repetition),
        ["payments.submitProof 201"] = nameof(ProofFlowTests.Accepted_proof_pays_the_payment),
        ["payments.submitProof payment_final"] = nameof(ProofFlowTests.Same_key_makes_one_proof_and_a_paid_payment_takes_none),
        ["payments.submitProof validation_failed"] = nameof(ProofFlowTests.Too_much_is_413_and_too_many_or_none_400),
        ["payments.submitProof too_large"] = nameof(ProofFlowTests.Too_much_is_413_and_too_many_or_none_400),
        ["payments.submitProof payment_not_found"] = nameof(IsolationTests.Ids_of_others_are_not_there_on_any_route),
        ["registrations.pay 200"] = nameof(Source002DocumentTests.Demo_registration_is_paid_as_the_document_says),
        ["registrations.pay order_reference_in_use"] = nameof(Source002DocumentTests.Same_registration_is_one_payment_and_another_amount_is_refused),
        ["registrations.receive 200"] = nameof(Source002DocumentTests.Demo_registration_is_paid_as_the_document_says),
        ["registrations.receive unauthenticated"] = nameof(AliasWebhookTests.More_than_32_accounts_have_to_be_named),
        ["donations.pay 200"] = nameof(Source000DocumentTests.Signed_in_donor_pays_as_the_document_says),
        ["donations.payAsGuest 200"] = nameof(Source000DocumentTests.Guest_pays_without_any_token_and_sees_nothing_of_the_payer),
        ["donations.payAsGuest rate_limited"] = nameof(Source000DocumentTests.Eleventh_guest_call_in_a_minute_waits_and_other_payments_do_not),
        ["donations.receive 200"] = nameof(Source000DocumentTests.Other_events_of_the_document_are_taken),
        ["donations.receive unauthenticated"] = nameof(Source000DocumentTests.Webhook_with_a_wrong_signature_is_401_and_kept_out),
        ["donations.receive payment_not_found"] = nameof(Source000DocumentTests.Webhook_about_an_unknown_donation_is_404_in_the_documents_shape_and_200_in_iokas_own),
        ["commerce.receive 200"] = nameof(Source003DocumentTests.Simulated_webhook_of_the_document_is_taken_once),
        ["commerce.receive invalid_signature"] = nameof(Source003DocumentTests.Invalid_signature_is_400_with_the_documents_words),
        ["commerce.receive not_found"] = nameof(AliasWebhookTests.Address_of_no_provider_that_sends_webhooks_is_404),
        ["commerce.receiveShort 200"] = nameof(Source003DocumentTests.Simulated_webhook_of_the_document_is_taken_once),
        ["commerce.receiveShort invalid_signature"] = nameof(Source003DocumentTests.Invalid_signature_is_400_with_the_documents_words),
        ["commerce.receiveShort not_found"] = nameof(AliasWebhookTests.Address_of_no_provider_that_sends_webhooks_is_404),
        ["orders.pay 200"] = nameof(Source004DocumentTests.Order_is_paid_as_the_document_says),
        ["orders.createSession 200"] = nameof(Source004DocumentTests.Direct_creation_takes_the_order_and_a_return_url),
        ["orders.createSession return_url_not_allowed"] = nameof(Source004DocumentTests.Return_url_of_a_stranger_is_refused_and_nothing_is_started),
        ["orders.checkStatus 200"] = nameof(Source004DocumentTests.Order_is_paid_as_the_document_says),
        ["orders.receive 200"] = nameof(Source004DocumentTests.Webhook_completes_the_order_and_a_wrong_signature_is_400),
        ["orders.receive invalid_signature"] = nameof(Source004DocumentTests.Webhook_completes_the_order_and_a_wrong_signature_is_400),
        ["kaspi.create attempt_in_progress"] = nameof(Source001CreateTests.Repetition_does_not_wait_for_ever_for_the_first_answer),
        ["kaspi.createLink attempt_in_progress"] = nameof(Source001CreateTests.Repetition_does_not_wait_for_ever_for_the_first_answer),
        ["metrics 200"] = nameof(MetricsEndpointsTests.Whoever_has_the_token_reads_the_figures),
        ["metrics not_found"] = nameof(MetricsEndpointsTests.Whoever_has_it_not_sees_nothing),
        ["configs.create 202"] = nameof(SecondPersonAnswersTests.Live_config_waits_for_a_second_person_and_is_there_when_one_agreed),
        ["configs.change 202"] = nameof(SecondPersonAnswersTests.Live_config_waits_for_a_second_person_and_is_there_when_one_agreed),
        ["configs.create changed_meanwhile"] = nameof(SecondPersonAnswersTests.Live_config_waits_for_a_second_person_and_is_there_when_one_agreed),
        ["configs.change changed_meanwhile"] = nameof(SecondPersonAnswersTests.Live_config_waits_for_a_second_person_and_is_there_when_one_agreed),
        ["kaspi.refund 202"] = nameof(SecondPersonAnswersTests.Refund_over_the_limit_waits_and_says_so),
        ["configs.create config_exists"] = nameof(Source001AdminTests.Second_active_config_of_a_shop_exists_already),
        ["configs.change device_token_masked"] = nameof(Source001AdminTests.Masked_token_is_not_taken_for_a_token),
    };

    /// <summary>What the source systems' routes have in common: one method starts all their checkouts, one takes what comes without an account's key.</summary>
    private static IEnumerable<KeyValuePair<string, string>> OfSourceRoutes()
    {
        foreach (var operation in SourceCheckoutErrorsTests.Operations)
        {
            yield return new($"{operation} currency_not_supported", nameof(SourceCheckoutErrorsTests.Currency_that_the_provider_does_not_move_is_refused));
            yield return new($"{operation} amount_out_of_range", nameof(SourceCheckoutErrorsTests.Amount_that_the_provider_does_not_move_is_refused));
            yield return new($"{operation} provider_not_configured", nameof(SourceCheckoutErrorsTests.Without_an_account_nothing_is_configured));
            yield return new($"{operation} account_ambiguous", nameof(SourceCheckoutErrorsTests.Several_accounts_for_all_shops_are_ambiguous));
            yield return new($"{operation} live_mode_refused", nameof(SourceCheckoutErrorsTests.Live_payment_is_refused_where_live_mode_is));
            yield return new($"{operation} provider_in_test_mode", nameof(SourceCheckoutErrorsTests.Provider_in_test_mode_takes_no_live_payment));
            yield return new($"{operation} provider_rejected", nameof(Source000DocumentTests.Errors_of_the_document_keep_their_statuses));
            yield return new($"{operation} provider_unavailable", nameof(Source001CreateTests.Provider_that_cannot_be_reached_is_unavailable));
            yield return new($"{operation} provider_outcome_unknown", nameof(Source001CreateTests.Lost_answer_is_an_unknown_outcome_and_a_repetition_sends_nothing));
            yield return new($"{operation} attempt_outcome_unknown", nameof(Operation_does_what_its_description_says));
            yield return new($"{operation} payment_final", operation.StartsWith("orders", StringComparison.Ordinal) ? nameof(Source004DocumentTests.Order_is_paid_as_the_document_says) : nameof(Source000DocumentTests.Signed_in_donor_pays_as_the_document_says));
        }
        foreach (var operation in new[] { "kaspi.create", "kaspi.createLink" })
        {
            yield return new($"{operation} live_mode_refused", nameof(SourceCheckoutErrorsTests.Live_payment_of_a_shop_needs_live_mode_and_a_provider_out_of_test_mode));
            yield return new($"{operation} provider_in_test_mode", nameof(SourceCheckoutErrorsTests.Live_payment_of_a_shop_needs_live_mode_and_a_provider_out_of_test_mode));
        }
        foreach (var operation in new[] { "donations.receive", "registrations.receive", "commerce.receive", "commerce.receiveShort", "orders.receive" })
        {
            yield return new($"{operation} use_account_url", nameof(AliasWebhookTests.More_than_32_accounts_have_to_be_named));
            yield return new($"{operation} too_large", nameof(AliasWebhookTests.Body_larger_than_256_KiB_is_413));
            yield return new($"{operation} rate_limited", nameof(Source003DocumentTests.Forgeries_are_limited_and_genuine_events_are_not));
        }
    }

    public static TheoryData<DescribedOperation> All => [.. Description.Operations];

    private static readonly Dictionary<string, Func<World, DescribedOperation, Task<ApiReply>>> Successes = new()
    {
        ["payments.create"] = (world, _) => world.Key.TellOnceAsync("/v1/payments", Order("""
            , "provider": "scripted", "description": "3 items", "customer": { "id": "c-1", "email": "a@example.kz", "name": "A", "phone": "+77015211545" }, "metadata": { "cart": "1" }, "expires_in_minutes": 60
            """)),
        ["paymentLinks.create"] = (world, _) => world.Key.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 1250000, "currency": "KZT", "description": "Cake, 2 kg", "use": "single", "order_reference": "cake-118" }"""),
        ["payments.attempt"] = async (world, _) => await world.Key.TellOnceAsync($"/v1/payments/{(await world.BareAsync()).Id}/attempts", Attempt),
        ["payments.get"] = async (world, _) => await world.Key.AskAsync($"/v1/payments/{(await world.RefundedAsync()).PaymentId}"),
        ["payments.cancel"] = async (world, _) => await world.Key.TellAsync($"/v1/payments/{(await world.BareAsync()).Id}/cancel", ""),
        ["refunds.create"] = async (world, _) => await world.Key.TellOnceAsync($"/v1/payments/{(await world.Scene.PaidAsync()).Id}/refunds", """{ "amount_minor": 500, "reason": "late" }"""),
        ["eventEndpoints.add"] = (world, _) => world.Key.TellAsync("/v1/event-endpoints", """{ "url": "https://shop.example/hook", "types": ["payment.succeeded"], "description": "Shop" }"""),
        ["eventEndpoints.remove"] = async (world, operation) => await SendAsync(world.Key, operation, $"/v1/event-endpoints/{await world.AddEndpointAsync()}"),
        ["configs.create"] = (world, _) => world.Key.TellAsync("/admin/configs", """{ "shop_id": 77, "organization_bin": "210440028324", "device_token": "00000000-0000-4000-8000-000000000077", "description": "Kiosk" }"""),
        ["configs.change"] = (world, _) => world.Key.TellAsync("/admin/configs/8?provider=scripted", """{ "description": "Abay 10" }""", method: "PUT"),
        ["configs.deactivate"] = async (world, operation) =>
        {
            await world.Key.TellAsync("/admin/configs", """{ "shop_id": 78, "organization_bin": "210440028324" }""");
            return await SendAsync(world.Key, operation, "/admin/configs/78");
        },
        ["webhooks.receive"] = async (world, _) => await ApiReply.OfAsync(await world.Scene.DeliverAsync(new { id = Guid.CreateVersion7(), type = "noise" })),
        ["webhooks.receiveHidden"] = async (world, _) =>
        {
            var profile = world.Scene.Provider.Profile;
            world.Scene.Provider.Profile = profile with { HidesItsNameInUrls = true };
            var answer = await world.DeliverHiddenAsync(secret: null);
            world.Scene.Provider.Profile = profile;
            return answer;
        },
    };

    private const string Attempt = """{ "provider": "scripted" }""";

    private static readonly Dictionary<string, Func<World, Task<ApiReply>>> Failures = new()
    {
        ["payments.create order_reference_in_use"] = async world => await world.Key.TellOnceAsync("/v1/payments", Order(reference: (await world.BareAsync()).OrderReference)),
        ["payments.create currency_not_supported"] = world => world.Key.TellOnceAsync("/v1/payments", Order(currency: "XXX")),
        ["payments.create amount_out_of_range"] = world => world.WithProfileAsync(Limited, () => world.Key.TellOnceAsync("/v1/payments", Order(""", "provider": "scripted" """))),
        ["payments.create provider_not_configured"] = world => world.Key.TellOnceAsync("/v1/payments", Order(""", "provider": "stripe" """)),
        ["payments.create provider_in_test_mode"] = world => world.LiveAsync(live => live.TellOnceAsync("/v1/payments", Order(""", "provider": "scripted" """))),
        ["payments.create live_mode_refused"] = world => world.Live.TellOnceAsync("/v1/payments", Order()),
        ["payments.create account_ambiguous"] = async world => await (await world.TwoAccountsAsync()).TellOnceAsync("/v1/payments", Order(""", "provider": "scripted" """)),
        ["payments.create device_token_required"] = world => world.TwoBinsAsync(() => world.Key.TellOnceAsync("/v1/payments", Order(""", "provider": "scripted", "shop_id": 8 """))),
        ["payments.create return_url_not_allowed"] = world => world.Key.TellOnceAsync("/v1/payments", Order(""", "return_url": "https://stranger.example/" """)),
        ["payments.attempt currency_not_supported"] = async world => await world.AttemptAsync(await world.BareAsync(request => request with { Currency = "EUR" })),
        ["payments.attempt amount_out_of_range"] = async world => await world.WithProfileAsync(Limited, async () => await world.AttemptAsync(await world.BareAsync())),
        ["payments.attempt provider_not_configured"] = async world => await world.AttemptAsync(await world.BareAsync(), "stripe"),
        ["payments.attempt provider_in_test_mode"] = async world => await world.LiveAsync(async live => await live.TellOnceAsync($"/v1/payments/{await world.MadeLiveAsync()}/attempts", Attempt)),
        ["payments.attempt live_mode_refused"] = async world => await world.Live.TellOnceAsync($"/v1/payments/{await world.MadeLiveAsync()}/attempts", Attempt),
        ["payments.attempt account_ambiguous"] = async world =>
        {
            var client = await world.TwoAccountsAsync();
            return await client.TellOnceAsync($"/v1/payments/{(await client.TellOnceAsync("/v1/payments", Order())).Text("id")}/attempts", Attempt);
        },
        ["payments.attempt device_token_required"] = async world => await world.TwoBinsAsync(async () => await world.AttemptAsync(await world.BareAsync(request => request with { ShopId = 8 }))),
        ["payments.attempt payment_final"] = async world => await world.AttemptAsync(await world.Scene.PaidAsync()),
        ["payments.attempt attempt_in_progress"] = async world =>
        {
            var payment = await world.PromptedAsync();
            // Too late to close the prompt: the payer has just said yes.
            world.Scene.Provider.Pay(payment.ProviderReference!);
            world.Scene.Provider.OnQuery = charge => new StatusReading(ObservedFact.Pending, "open") { Reference = charge?.Reference };
            var answer = await world.AttemptAsync(payment);
            world.Scene.Provider.OnQuery = null;
            return answer;
        },
        ["paymentLinks.create currency_not_supported"] = world => world.Key.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 100, "currency": "XXX" }"""),
        ["paymentLinks.create provider_not_configured"] = world => world.Key.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 100, "currency": "KZT", "shop_id": 4099 }"""),
        ["paymentLinks.create return_url_not_allowed"] = world => world.Key.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 100, "currency": "KZT", "return_url": "https://stranger.example/" }"""),
        ["paymentLinks.create live_mode_refused"] = world => world.Live.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 100, "currency": "KZT" }"""),
        ["payments.attempt attempt_outcome_unknown"] = async world => await world.AttemptAsync(await world.LostAsync()),
        ["payments.cancel payment_final"] = async world => await world.CancelAsync(await world.Scene.PaidAsync()),
        ["payments.cancel attempt_in_progress"] = async world =>
        {
            var payment = await world.Scene.CreateAsync();
            // The books say that the money is being taken while a question is still answered with the old state.
            world.Scene.Provider.Pay(payment.ProviderReference!);
            world.Scene.Provider.OnQuery = charge => new StatusReading(ObservedFact.Pending, "open") { Reference = charge?.Reference };
            var answer = await world.CancelAsync(payment);
            world.Scene.Provider.OnQuery = null;
            return answer;
        },
        ["payments.cancel attempt_outcome_unknown"] = async world => await world.CancelAsync(await world.LostAsync()),
        ["refunds.create refund_exceeds_payment"] = async world => await world.RefundAsync(await world.Scene.PaidAsync(), """{ "amount_minor": 1000001, "reason": "x" }"""),
        ["refunds.create payment_disputed"] = async world => await world.RefundAsync(await world.DisputedAsync(), """{ "amount_minor": 900000, "reason": "x" }"""),
        ["kaspi.createLink shop_not_configured"] = world => world.Key.TellOnceAsync("/payments/kaspi/create-link", """{ "shop_id": 99, "amount": 100 }"""),
        ["kaspi.createLink provider_not_configured"] = async world =>
        {
            await world.Key.TellAsync("/admin/configs", """{ "shop_id": 76, "organization_bin": "210440028324" }""");
            return await world.Key.TellOnceAsync("/payments/kaspi/create-link", """{ "shop_id": 76, "amount": 100 }""");
        },
        ["configs.change shop_not_configured"] = world => world.Key.TellAsync("/admin/configs/99", "{}", method: "PUT"),
        ["configs.deactivate shop_not_configured"] = async world => await ApiReply.OfAsync(await world.Key.DeleteAsync("/admin/configs/99")),
        ["webhooks.receive unauthenticated"] = async world => await ApiReply.OfAsync(await world.Scene.DeliverAsync(new { id = "x", type = "noise" }, secret: "another-secret-of-the-right-length")),
        ["webhooks.receive not_found"] = world => world.Anybody.TellAsync($"/webhooks/scripted/{new string('x', 32)}", "{}"),
        ["webhooks.receive too_large"] = world => world.Anybody.TellAsync($"/webhooks/scripted/{world.Scene.AccountKey}", new string(' ', 300_000)),
        ["webhooks.receive rate_limited"] = world => World.ForgeAsync(secret => world.Busy.DeliverAsync(new { id = "x", type = "noise" }, secret)),
        ["webhooks.receiveHidden unauthenticated"] = world => world.WithProfileAsync(profile => profile with { HidesItsNameInUrls = true }, () => world.DeliverHiddenAsync("another-secret-of-the-right-length")),
        ["webhooks.receiveHidden rate_limited"] = world => world.ForgeHiddenAsync(),
        ["orders.createSession payment_not_found"] = world => world.Key.TellAsync("/api/payments/create_checkout_session", """{ "order_id": "nobodys" }"""),
        ["orders.checkStatus payment_not_found"] = world => world.Key.AskAsync("/api/payments/check_status?session_id=nobodys"),
        ["webhooks.receiveHidden not_found"] = world => world.Anybody.TellAsync($"/hooks/{new string('x', 32)}", "{}"),
        ["webhooks.receiveHidden too_large"] = world => world.Anybody.TellAsync($"/hooks/{world.Scene.AccountKey}", new string(' ', 300_000)),
    };

    [Theory]
    [MemberData(nameof(All))]
    public async Task Operation_does_what_its_description_says(DescribedOperation operation)
    {
        var faults = new List<string>();
        if (!ProvenBy.ContainsKey($"{operation.Id} {operation.Status}"))
            faults.AddRange(await SucceedAsync(operation));
        if (operation.WaitingSchema is not null && !ProvenBy.ContainsKey($"{operation.Id} 202"))
            faults.Add("202: no way to bring it about");
        foreach (var (status, code) in operation.Errors.Where(error => !ProvenBy.ContainsKey($"{operation.Id} {error.Code}")))
        {
            var answer = Failures.TryGetValue($"{operation.Id} {code}", out var own) ? await own(world) : await FailAsync(operation, code);
            if (answer is null)
                faults.Add($"{code}: no way to bring it about");
            else if (answer.Status != status || answer.Code != code)
                faults.Add($"{code}: {answer.Status} {answer.Body}");
            else if (status == 429 && answer.Header("Retry-After").Length == 0)
                faults.Add($"{code}: without Retry-After");
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Fact]
    public void There_are_operations() => Assert.True(Description.Operations.Count > 25, "docs/openapi.json is not there, or is not whole.");

    private async Task<IEnumerable<string>> SucceedAsync(DescribedOperation operation)
    {
        var answer = Successes.TryGetValue(operation.Id, out var own) ? await own(world, operation) : await SendAsync(world.Key, operation, world.PathOf(operation));
        if (answer.Status != operation.Status)
            return [$"success: {answer.Status} {answer.Body}"];
        return operation.AnswerSchema is { } schema && operation.Id != "openapi" ? Description.Differences(answer.Json, schema) : [];
    }

    /// <summary>Errors that come about in the same way everywhere; null: this one does not.</summary>
    private async Task<ApiReply?> FailAsync(DescribedOperation operation, string code)
    {
        var path = world.PathOf(operation);
        var body = operation.BodyExample;
        switch (code)
        {
            case "unauthenticated":
                return await SendAsync(world.Anybody, operation, path);
            case "scope_missing":
                return await SendAsync(await world.Scene.App.KeyClientAsync(Mode.Test, [.. Scopes.All.Except(operation.KeyScopes)]), operation, path);
            case "customer_token_not_allowed":
                return await SendAsync(world.Customer, operation, path);
            case "invalid_json":
                return await SendAsync(world.Key, operation, path, "{");
            case "validation_failed":
                return await SendAsync(world.Key, operation, path, operation.Path.StartsWith("/v1", StringComparison.Ordinal) ? """{ "nonsense": 1 }""" : new JsonObject { [JsonNode.Parse(body!)!.AsObject().First().Key] = new JsonObject() }.ToJsonString());
            case "too_large":
                return await SendAsync(world.Key, operation, path, body + new string(' ', 70_000));
            case "unsupported_media_type":
                return await SendAsync(world.Key, operation, path, mediaType: "text/plain");
            case "idempotency_key_required":
                return await SendAsync(world.Key, operation, path, key: "");
            case "invalid_parameter" when operation.Json["parameters"]!.AsArray().Any(parameter => parameter!["in"]!.GetValue<string>() == "header"):
                return await SendAsync(world.Key, operation, path, key: "two words");
            case "invalid_parameter":
                return await SendAsync(world.Key, operation, path + "?nonsense=1&limit=0&provider=nobody");
            case "idempotency_key_reused":
                var used = Guid.CreateVersion7().ToString();
                Assert.Equal(201, (await world.Key.TellAsync("/v1/payments", Order(), used)).Status);
                return await SendAsync(world.Key, operation, path, key: used);
            case "idempotency_in_progress":
                var running = Guid.CreateVersion7().ToString();
                var fingerprint = Idempotency.FingerprintOf(operation.Method, path, Encoding.UTF8.GetBytes(body ?? ""));
                await world.Scene.App.Get<Idempotency>().ClaimAsync(world.Scene.TenantId, Mode.Test, running, fingerprint, CancellationToken.None);
                return await SendAsync(world.Key, operation, path, key: running);
            case "mode_mismatch":
                return await SendAsync(world.Key, operation, path + "?mode=live");
            case "payment_not_found" or "not_found" when operation.Path.Contains('{', StringComparison.Ordinal):
                return await SendAsync(world.Key, operation, operation.Path.Replace("{id}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal).Replace("{external_id}", "unknown", StringComparison.Ordinal).Replace("{order_id}", "unknown", StringComparison.Ordinal));
            case "rate_limited":
                return await world.HurryAsync(operation);
            default:
                return null;
        }
    }

    /// <param name="key">Null: a new one where one is needed; empty: none.</param>
    private static async Task<ApiReply> SendAsync(HttpClient client, DescribedOperation operation, string path, string? body = null, string mediaType = "application/json", string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        if ((body ?? operation.BodyExample) is { } text)
            request.Content = new StringContent(text, Encoding.UTF8, mediaType);
        if ((key ?? (operation.NeedsIdempotencyKey ? Guid.CreateVersion7().ToString() : "")) is { Length: > 0 } given)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", given);
        return await ApiReply.OfAsync(await client.SendAsync(request));
    }

    private static ProviderProfile Limited(ProviderProfile profile) => profile with { Limits = new Dictionary<string, (long MinMinor, long MaxMinor)> { ["KZT"] = (1, 10) } };

    private static string Order(string more = "", string? reference = null, string currency = "KZT") =>
        $$"""{ "order_reference": "{{reference ?? Guid.CreateVersion7().ToString()}}", "amount_minor": 10000, "currency": "{{currency}}"{{more}} }""";

    /// <summary>A server with whatever the outcomes need.</summary>
    public sealed class World : SharedPaymentScene, IAsyncLifetime
    {
        private Guid paymentId;
        private Guid refundId;
        private string endpointId = "";
        private string linkId = "";

        public HttpClient Key { get; private set; } = null!;

        public HttpClient Live { get; private set; } = null!;

        public HttpClient Customer { get; private set; } = null!;

        public HttpClient Anybody { get; private set; } = null!;

        /// <summary>Where one request a second is too much, and one forged delivery a minute.</summary>
        public PaymentScene Busy { get; private set; } = null!;

        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            await CustomerToken.RegisterAsync(Scene.App);
            (Key, Live) = (await Scene.App.KeyClientAsync(), await Scene.App.KeyClientAsync(Mode.Live));
            (Customer, Anybody) = (Scene.App.Client(CustomerToken.For("aigerim")), Scene.App.Client());
            (paymentId, refundId) = await RefundedAsync();
            endpointId = await AddEndpointAsync();
            linkId = (await Key.TellOnceAsync("/v1/payment-links", """{ "amount_minor": 100, "currency": "KZT" }""")).Text("id");
            Busy = await PaymentScene.StartAsync(("RateLimits:KeyPerSecond", "1"), ("RateLimits:KeyBurst", "1"), ("RateLimits:FailedWebhooksPerMinute", "1"));
        }

        async Task IAsyncLifetime.DisposeAsync()
        {
            await Busy.DisposeAsync();
            await DisposeAsync();
        }

        /// <summary>The operation's address about things that are there.</summary>
        public string PathOf(DescribedOperation operation) => operation.Path
            .Replace("{id}", operation.Path.StartsWith("/v1/refunds", StringComparison.Ordinal) ? $"{refundId}" : operation.Path.StartsWith("/v1/event", StringComparison.Ordinal) ? endpointId : operation.Path.StartsWith("/v1/payment-links", StringComparison.Ordinal) ? linkId : $"{paymentId}", StringComparison.Ordinal)
            .Replace("{order_id}", $"{paymentId}", StringComparison.Ordinal)
            .Replace("{shop_id}", "8", StringComparison.Ordinal)
            .Replace("{external_id}", "131234567", StringComparison.Ordinal);

        public Task<Payment> BareAsync(Func<CreatePaymentRequest, CreatePaymentRequest>? change = null) =>
            Scene.CreateAsync(request => (change?.Invoke(request with { ShopId = null }) ?? request with { ShopId = null }) with { Provider = null });

        public async Task<(Guid PaymentId, Guid RefundId)> RefundedAsync()
        {
            var payment = await Scene.PaidAsync();
            return (payment.Id, (await RefundAsync(payment, """{ "amount_minor": 500, "reason": "late" }""")).Json["id"]!.GetValue<Guid>());
        }

        public async Task<string> AddEndpointAsync() => (await Key.TellAsync("/v1/event-endpoints", """{ "url": "https://shop.example/hook" }""")).Text("id");

        public Task<ApiReply> AttemptAsync(Payment payment, string provider = "scripted") => Key.TellOnceAsync($"/v1/payments/{payment.Id}/attempts", $$"""{ "provider": "{{provider}}" }""");

        public Task<ApiReply> CancelAsync(Payment payment) => Key.TellAsync($"/v1/payments/{payment.Id}/cancel", "");

        public Task<ApiReply> RefundAsync(Payment payment, string body) => Key.TellOnceAsync($"/v1/payments/{payment.Id}/refunds", body);

        public async Task<ApiReply> WithProfileAsync(Func<ProviderProfile, ProviderProfile> change, Func<Task<ApiReply>> ask)
        {
            var profile = Scene.Provider.Profile;
            Scene.Provider.Profile = change(profile);
            try
            {
                return await ask();
            }
            finally
            {
                Scene.Provider.Profile = profile;
            }
        }

        public async Task<Payment> PromptedAsync()
        {
            Scene.Provider.OnCreate = charge => Task.FromResult<CheckoutResult?>(new CheckoutResult.PhonePrompt("+77015211545") { Reference = charge.Reference });
            var payment = await OfNoShopAsync();
            Scene.Provider.OnCreate = null;
            return payment;
        }

        public async Task<Payment> LostAsync()
        {
            Scene.Provider.OnCreate = _ => Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("no answer"));
            var payment = await OfNoShopAsync();
            Scene.Provider.OnCreate = null;
            return payment;
        }

        public async Task<Payment> DisputedAsync()
        {
            var payment = await Scene.PaidAsync();
            await Scene.App.Store.WriteAsync(async db => (await db.Payments.SingleAsync(row => row.Id == payment.Id)).SetDisputed(500_000, Scene.App.Get<TimeProvider>().GetUtcNow()), CancellationToken.None);
            return payment;
        }

        /// <summary>A payment as live mode would have made it, were it not refused here.</summary>
        public async Task<Guid> MadeLiveAsync()
        {
            var payment = await BareAsync();
            await Scene.App.Store.WriteAsync(db => db.Payments.Where(row => row.Id == payment.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Mode, Mode.Live)), CancellationToken.None);
            return payment.Id;
        }

        /// <summary>Live mode is allowed for a moment, and the provider is switched to test mode.</summary>
        public async Task<ApiReply> LiveAsync(Func<HttpClient, Task<ApiReply>> ask)
        {
            var deployment = Scene.App.Get<Deployment>();
            var refusals = deployment.LiveRefusals;
            deployment.LiveRefusals = [];
            await SwitchAsync(isOn: true);
            try
            {
                return await ask(Live);
            }
            finally
            {
                await SwitchAsync(isOn: false);
                deployment.LiveRefusals = refusals;
            }
        }

        public async Task<HttpClient> TwoAccountsAsync()
        {
            var (tenantId, client) = await Scene.AnotherTenantAsync();
            await ScriptedAccount.AddAsync(Scene.App.Store, Scene.App.Get<ProviderAccounts>(), Scene.App.Get<SecretBox>(), tenantId, Scene.App.Get<TimeProvider>().GetUtcNow());
            return client;
        }

        /// <summary>Two organizations sell, and the shop's config has no device token.</summary>
        public async Task<ApiReply> TwoBinsAsync(Func<Task<ApiReply>> ask)
        {
            await Key.TellAsync("/admin/configs", """{ "shop_id": 88, "organization_bin": "991011000048", "provider": "scripted" }""");
            return await WithProfileAsync(profile => profile with { UsesDeviceToken = true }, ask);
        }

        public async Task<ApiReply> DeliverHiddenAsync(string? secret, PaymentScene? to = null)
        {
            to ??= Scene;
            var delivery = ScriptedProvider.Deliver(new { id = Guid.CreateVersion7(), type = "noise" }, to.App.Get<TimeProvider>().GetUtcNow(), secret);
            using var content = new ByteArrayContent(delivery.Body.ToArray());
            content.Headers.Add("x-signature", delivery.Header("x-signature"));
            return await ApiReply.OfAsync(await to.App.Client().PostAsync($"/hooks/{to.AccountKey}", content));
        }

        public async Task<ApiReply> ForgeHiddenAsync()
        {
            Busy.Provider.Profile = Busy.Provider.Profile with { HidesItsNameInUrls = true };
            await DeliverHiddenAsync("another-secret-of-the-right-length", Busy);
            return await DeliverHiddenAsync("another-secret-of-the-right-length", Busy);
        }

        public static async Task<ApiReply> ForgeAsync(Func<string, Task<HttpResponseMessage>> deliver)
        {
            (await deliver("another-secret-of-the-right-length")).Dispose();
            return await ApiReply.OfAsync(await deliver("another-secret-of-the-right-length"));
        }

        /// <summary>Six at once where one is allowed: whichever came too early.</summary>
        public async Task<ApiReply> HurryAsync(DescribedOperation operation)
        {
            using var client = await Busy.App.KeyClientAsync();
            var path = PathOf(operation);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync(client, operation, path)));
            return answers.MaxBy(answer => answer.Status == 429)!;
        }

        private Task<Payment> OfNoShopAsync() => Scene.CreateAsync(request => request with { ShopId = null });

        private Task SwitchAsync(bool isOn) => Scene.App.Store.WriteAsync(
            async db =>
            {
                await db.TestModeSwitches.Where(row => row.TenantId == Scene.TenantId && row.Provider == ScriptedProvider.Id).ExecuteDeleteAsync();
                db.TestModeSwitches.Add(new TestModeSwitch { TenantId = Scene.TenantId, Provider = ScriptedProvider.Id, IsOn = isOn, ChangedAt = Scene.App.Get<TimeProvider>().GetUtcNow(), ChangedBy = "test" });
            },
            CancellationToken.None);
    }
}
