using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers;

/// <summary>
/// What holds for every provider, run for every one that is registered: its real client, its imitation and the whole server over HTTP.
/// Where a provider lacks an ability the test says what is so instead, so that no row is empty. README.md beside this file tells how to add one.
/// </summary>
public sealed class ProviderContractTests(ContractWorld world) : IClassFixture<ContractWorld>
{
    public static TheoryData<string> Every => [.. ContractWorld.Registered.Select(provider => provider.Profile.Id)];

    /// <summary>The providers with an imitation, whose calls can be made to go wrong.</summary>
    public static TheoryData<string> Imitated => [.. ContractWorld.Imitated];

    public static TheoryData<string, string> LostAnswers
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var provider in ContractWorld.Imitated)
            {
                rows.Add(provider, "timeout_then_success");
                rows.Add(provider, "garbage");
                rows.Add(provider, "server_error_after");
            }
            return rows;
        }
    }

    /// <summary>The imitated providers whose transactions can be listed.</summary>
    public static TheoryData<string> Listing => [.. ContractWorld.Registered.Where(provider => provider is IListsTransactions).Select(provider => provider.Profile.Id).Intersect(ContractWorld.Imitated)];

    /// <summary>One currency of each number of decimals that the provider takes.</summary>
    public static TheoryData<string, string> Currencies
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var profile in ContractWorld.Registered.Select(provider => provider.Profile))
            {
                foreach (var currency in profile.Currencies.GroupBy(Currency.Exponent).Select(group => group.First()))
                    rows.Add(profile.Id, currency);
            }
            return rows;
        }
    }

    [Theory, MemberData(nameof(Every))]
    public void Provider_has_a_driver(string provider) => Assert.Equal(provider, ProviderDriver.Of(provider).Provider);

    [Fact]
    public void Driver_drives_a_registered_provider() =>
        Assert.Empty(ProviderDriver.Driven.Except(ContractWorld.Registered.Select(provider => provider.Profile.Id)));

    [Theory, MemberData(nameof(Every))]
    public async Task Payer_pays_and_the_payment_succeeds_once(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);

        var payment = await merchant.PaidAsync();

        var paid = await payment.ReadAsync();
        Assert.Equal(payment.AmountMinor, paid["received_minor"]!.GetValue<long>());
        Assert.Single(await payment.ReceiptsAsync());
        if (ContractWorld.Imitated.Contains(provider))
            Assert.Equal("paid", Assert.Single(await payment.LedgerAsync())["state"]!.GetValue<string>());
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Payer_declines_and_no_money_is_counted(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        var payment = await merchant.CreateAsync(Payer.Declines);

        await merchant.Driver.DecideAsync(payment, Payer.Declines);

        if (merchant.Driver.DeclineEnds)
            await payment.BecomesAsync("failed");
        else
            Assert.Equal("pending", merchant.Provider is IQueriesStatus ? await payment.VerifyAsync() : await payment.StatusAsync());
        Assert.Equal(0, (await payment.ReadAsync())["received_minor"]!.GetValue<long>());
        Assert.Empty(await payment.ReceiptsAsync());
    }

    [Theory, MemberData(nameof(LostAnswers))]
    public async Task Lost_answer_to_a_create_call_is_unknown_and_nothing_is_sent_twice(string provider, string fault)
    {
        using var merchant = await world.MerchantAsync(provider);
        await merchant.SetFaultAsync(fault, merchant.Driver.CreatePath);

        var creating = merchant.CreateAsync();
        await world.AdvanceUntilAsync(() => Task.FromResult(creating.IsCompleted), "the create call has ended");
        var payment = await creating;

        Assert.Contains(await payment.StatusAsync(), (string[])["pending", "in_review", "succeeded"]);
        var attempt = await payment.AttemptAsync();
        if (merchant.Provider.Profile.QueriesByOurReference)
            await world.AdvanceUntilAsync(async () => (await payment.AttemptAsync()).Status is AttemptStatus.Pending or AttemptStatus.Succeeded, "the checkout was found by our reference");
        else if (merchant.Provider.Profile.WebhookTrust == WebhookTrust.SecretPath)
            // The callback comes to an address that names the attempt: it tells what the lost answer would have.
            await world.AdvanceUntilAsync(async () => (await payment.AttemptAsync()).Status == AttemptStatus.Succeeded, "the callback cleared the checkout up");
        else
            Assert.Equal(AttemptStatus.Unknown, attempt.Status);
        Assert.Single(await payment.LedgerAsync());
        Assert.Single(await payment.CallsAsync(), call => call.Operation == ProviderOperation.Create);
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Unknown_status_word_changes_nothing(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        if (merchant.Provider is IReadsWebhooks)
            await merchant.SetFaultAsync("no_webhook", "/webhook", remaining: 10);
        var payment = await merchant.CreateAsync();
        await merchant.Driver.DecideAsync(payment, Payer.Pays);
        // More than one: the reconciler may ask between the two calls.
        await merchant.SetFaultAsync("unknown_status", merchant.Driver.StatusPath, remaining: 1000);

        Assert.Equal("pending", await payment.VerifyAsync());
        Assert.Equal("Teleported", (await payment.AttemptAsync()).ProviderStatus);
        Assert.Empty(await payment.ReceiptsAsync());

        using var anyone = world.App.Client();
        using var cleared = await anyone.PostAsync($"/sandbox/{provider}/_faults/clear", null);
        Assert.Equal("succeeded", await payment.VerifyAsync());
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Provider_that_stays_silent_is_asked(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        await merchant.SetFaultAsync("no_webhook", "/webhook", remaining: 10);

        var payment = await merchant.PaidAsync();

        Assert.IsType<IQueriesStatus>(merchant.Provider, exactMatch: false);
        Assert.Empty(await payment.EventsAsync());
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Forged_delivery_is_refused_and_leaves_nothing(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        if (await DeliveredAsync(merchant) is not { } delivery)
            return;
        var (url, headers, body) = delivery;
        var stored = await merchant.StoredEventsAsync();
        if (merchant.Provider.Profile.WebhookTrust == WebhookTrust.SecretPath)
        {
            // The address is the proof: one character of the account's key or of the token is another one.
            Assert.Equal(HttpStatusCode.NotFound, await merchant.DeliverAsync(url.Replace(merchant.WebhookPath, Garbled(merchant.WebhookPath), StringComparison.Ordinal), headers, body));
            Assert.Equal(HttpStatusCode.Unauthorized, await merchant.DeliverAsync(Garbled(url), headers, body));
            Assert.Equal(HttpStatusCode.NotFound, await merchant.DeliverAsync(merchant.WebhookPath, headers, body));
            Assert.Equal(stored, await merchant.StoredEventsAsync());
            return;
        }
        var proof = Assert.IsType<string>(merchant.Driver.ProofHeader);
        Assert.Contains(proof, headers.Keys, StringComparer.OrdinalIgnoreCase);

        var changed = body.ToArray();
        changed[RandomNumberGenerator.GetInt32(body.Length)] ^= 1;
        // A secret that only travels along binds no body: what it proves is never enough to change anything by itself.
        IReadOnlyList<(string Name, Dictionary<string, string> Headers, byte[] Body)> otherBodies = merchant.Provider.Profile.WebhookTrust == WebhookTrust.BodySignature
            ? [("changed byte", headers, changed), ("truncated body", headers, body[..^1])]
            : [];
        foreach (var forged in (IReadOnlyList<(string Name, Dictionary<string, string> Headers, byte[] Body)>)
        [
            .. otherBodies,
            ("wrong signature", With(headers, proof, Garbled(headers[proof])), body),
            ("empty signature", With(headers, proof, ""), body),
            ("missing header", headers.Where(header => header.Key != proof && header.Key != merchant.Driver.OtherProofHeader).ToDictionary(), body),
        ])
        {
            var status = await merchant.DeliverAsync(url, forged.Headers, forged.Body);
            Assert.True(status == HttpStatusCode.Unauthorized, $"{forged.Name} was answered {(int)status}.");
        }

        Assert.Equal(stored, await merchant.StoredEventsAsync());
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Old_delivery_is_refused_where_the_scheme_knows_a_time(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        if (await DeliveredAsync(merchant) is not { } delivery)
            return;
        var (url, headers, body) = delivery;
        var stored = await merchant.StoredEventsAsync();

        world.Clock.Correct(world.Clock.GetUtcNow() + (merchant.Driver.ProofLifetime ?? TimeSpan.FromHours(1)) + TimeSpan.FromSeconds(1));
        var status = await merchant.DeliverAsync(url, headers, body);

        Assert.Equal(merchant.Driver.ProofLifetime is null ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, status);
        Assert.Equal(stored, await merchant.StoredEventsAsync());
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Same_event_again_takes_effect_once(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        if (merchant.Provider is not IReadsWebhooks)
        {
            await AcceptsNoWebhookAsync(merchant);
            return;
        }
        await merchant.SetFaultAsync("duplicate_webhook", "/webhook");

        var payment = await merchant.PaidAsync();
        await world.AdvanceUntilAsync(async () => (await merchant.DeliveriesAsync()) is { Count: >= 3 } rows && rows.TrueForAll(row => row.IsDone), "all copies were delivered");

        var deliveries = await merchant.DeliveriesAsync();
        Assert.All(deliveries, row => Assert.Equal(200, row.LastStatus));
        Assert.Equal(deliveries.Select(row => Convert.ToHexString(row.Body)).Distinct().Count(), await merchant.StoredEventsAsync());
        Assert.Single(await payment.ReceiptsAsync());
        Assert.Equal(payment.AmountMinor, (await payment.ReadAsync())["received_minor"]!.GetValue<long>());
    }

    [Theory, MemberData(nameof(Currencies))]
    public async Task Amount_goes_there_and_back_unchanged(string provider, string currency)
    {
        using var merchant = await world.MerchantAsync(provider);

        var payment = await merchant.PaidAsync(currency);

        var paid = await payment.ReadAsync();
        Assert.Equal((payment.AmountMinor, currency), (paid["received_minor"]!.GetValue<long>(), paid["currency"]!.GetValue<string>()));
        Assert.DoesNotContain(paid["exceptions"]!.AsArray(), exception => exception!.GetValue<string>() is not "manual");
        if (!ContractWorld.Imitated.Contains(provider))
            return;
        var line = Assert.Single(await payment.LedgerAsync());
        Assert.Equal((payment.AmountMinor, currency), (line["amount_minor"]!.GetValue<long>(), line["currency"]!.GetValue<string>()));
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Paid_money_goes_back_and_not_beyond(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        var payment = await merchant.PaidAsync();
        var part = merchant.Provider.Profile.PartialRefunds ? payment.AmountMinor / 3 : payment.AmountMinor;

        var refund = await merchant.SendAsync(HttpMethod.Post, $"/v1/payments/{payment.Id}/refunds", $$"""{"amount_minor":{{part}},"reason":"returned"}""");
        var beyond = await merchant.SendAsync(HttpMethod.Post, $"/v1/payments/{payment.Id}/refunds", $$"""{"amount_minor":{{payment.AmountMinor - part + 1}},"reason":"returned"}""");

        Assert.Equal(HttpStatusCode.Created, refund.Status);
        Assert.False(beyond.Status is HttpStatusCode.Created or HttpStatusCode.OK, beyond.Text);
        if (merchant.Provider is not IRefunds)
        {
            Assert.NotNull(refund.Json["action_required"]);
            return;
        }
        await world.AdvanceUntilAsync(async () => (await merchant.SendAsync(HttpMethod.Get, $"/v1/refunds/{refund.Json["id"]}")).Json["status"]!.GetValue<string>() == "succeeded", "the refund succeeded");
        Assert.Equal(part, (await payment.ReadAsync())["refunded_minor"]!.GetValue<long>());
        Assert.Equal(part, Assert.Single(await payment.LedgerAsync())["refunded_minor"]!.GetValue<long>());
    }

    [Theory, MemberData(nameof(Listing))]
    public async Task Paid_payment_stands_in_the_providers_list_once(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        await merchant.CreateAsync();
        var payment = await merchant.PaidAsync();
        var attempt = await payment.AttemptAsync();
        var now = world.Clock.GetUtcNow();
        var provided = Assert.IsType<IListsTransactions>(merchant.Provider, exactMatch: false);

        var lines = new List<SettlementLine>();
        await foreach (var line in provided.ListAsync(merchant.Snapshot, now.AddDays(-1), now.AddMinutes(1), CancellationToken.None))
            lines.Add(line);

        var paid = Assert.Single(lines, line => line.Fact == ObservedFact.Succeeded);
        Assert.Equal(new Money(payment.AmountMinor, payment.Currency), paid.Amount);
        Assert.Contains(attempt.Id.ToString(), (string?[])[paid.Reference, paid.OurReference]);
        Assert.Equal(lines.Count, lines.Select(line => line.Reference).Distinct().Count());
        await foreach (var line in provided.ListAsync(merchant.Snapshot, now.AddDays(-2), now.AddDays(-1), CancellationToken.None))
            Assert.Fail($"{line.Reference} was listed before its time.");
    }

    [Theory, MemberData(nameof(Every))]
    public async Task Cancelled_payment_is_closed_at_the_provider_where_that_exists(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        var payment = await merchant.CreateAsync();

        var answer = await merchant.SendAsync(HttpMethod.Post, $"/v1/payments/{payment.Id}/cancel");

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal("cancelled", await payment.StatusAsync());
        if (ContractWorld.Imitated.Contains(provider))
            Assert.Equal(merchant.Provider is ICancels ? "cancelled" : "open", Assert.Single(await payment.LedgerAsync())["state"]!.GetValue<string>());
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Transcripts_and_stored_headers_hold_no_credential(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        var payment = await merchant.PaidAsync();
        if (merchant.Provider is IQueriesStatus)
            await payment.VerifyAsync();

        var written = (await payment.CallsAsync()).SelectMany(call => new[] { call.Request, call.Response, call.ErrorMessage })
            .Concat((await payment.EventsAsync()).Select(received => received.HeadersJson)).OfType<string>().ToList();

        Assert.NotEmpty(written);
        var fields = merchant.Provider.Profile.CredentialFields.Where(field => field.IsSecret).Select(field => merchant.Credentials.GetValueOrDefault(field.Name)).OfType<string>();
        foreach (var secret in fields)
        {
            foreach (var form in (string[])[secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret + ":"))])
                Assert.DoesNotContain(written, text => text.Contains(form, StringComparison.Ordinal));
        }
    }

    [Theory, MemberData(nameof(Imitated))]
    public async Task Parser_never_throws_and_random_bytes_are_never_authentic(string provider)
    {
        using var merchant = await world.MerchantAsync(provider);
        if (await DeliveredAsync(merchant) is not { } delivery)
            return;
        var reader = Assert.IsType<IReadsWebhooks>(merchant.Provider, exactMatch: false);
        var account = merchant.Snapshot;
        var bare = account with { Credentials = new Dictionary<string, string>() };
        var chance = new Random(1);
        if (merchant.Provider.Profile.WebhookTrust == WebhookTrust.SecretPath)
        {
            Assert.IsType<WebhookVerification.Rejected>(reader.Verify(account with { WebhookUrl = "" }, Inbound(delivery.Headers, delivery.Body)));
            Assert.IsType<WebhookVerification.Rejected>(reader.Verify(account with { WebhookUrl = Garbled(account.WebhookUrl) }, Inbound(delivery.Headers, delivery.Body)));
        }
        else
        {
            Assert.IsType<WebhookVerification.Rejected>(reader.Verify(bare, Inbound(delivery.Headers, delivery.Body)));
        }
        for (var round = 0; round < 2000; round++)
        {
            var body = Mutated(delivery.Body, chance);
            var inbound = Inbound(delivery.Headers, body);
            var reading = reader.Parse(inbound);
            Assert.NotNull(reading.DedupeKey);
            if (merchant.Provider.Profile.WebhookTrust != WebhookTrust.BodySignature)
                Assert.True(reading is WebhookReading.AskProvider or WebhookReading.Irrelevant or WebhookReading.Unreadable, $"{provider} acts on a body that nothing binds: {reading.GetType().Name}");
            else if (!body.AsSpan().SequenceEqual(delivery.Body))
                Assert.IsType<WebhookVerification.Rejected>(reader.Verify(account, inbound));
        }

        InboundRequest Inbound(Dictionary<string, string> headers, byte[] body) =>
            new(body, headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value), delivery.Url, "", KindOf(delivery.Url), null, world.Clock.GetUtcNow());

        string? KindOf(string url)
        {
            var rest = url.Length > merchant.WebhookPath.Length ? url[(merchant.WebhookPath.Length + 1)..] : null;
            return merchant.Provider.Profile.WebhookKinds.FirstOrDefault(kind => kind.HasToken && rest?.StartsWith(kind.Name + "/", StringComparison.Ordinal) == true)?.Name ?? rest;
        }
    }

    [Theory, MemberData(nameof(Every))]
    public void Profile_tells_the_truth(string id)
    {
        var provider = ContractWorld.Registered.Single(one => one.Profile.Id == id);
        var profile = provider.Profile;
        var driver = ProviderDriver.Of(id);

        Assert.Matches("^[a-z0-9]+$", profile.Id);
        Assert.Equal(2, profile.Mark.Length);
        Assert.NotEmpty(profile.Methods);
        Assert.All(profile.Currencies, currency => Assert.True(Currency.IsKnown(currency), currency));
        Assert.All(profile.Limits, limit => Assert.Contains(limit.Key, profile.Currencies));
        Assert.Equal(profile.WebhookTrust != WebhookTrust.None, provider is IReadsWebhooks);
        Assert.Equal(profile.WebhookTrust is WebhookTrust.BodySignature or WebhookTrust.SharedSecret, driver.ProofHeader is not null);
        if (profile.WebhookTrust is WebhookTrust.BodySignature or WebhookTrust.SharedSecret)
            Assert.Contains(profile.CredentialFields, field => field is { IsWebhookSecret: true, IsSecret: true });
        Assert.True(!profile.QueriesByOurReference || provider is IQueriesStatus, "It says that it can be asked by our reference and cannot be asked at all.");
        Assert.True(!profile.RefundIsIdempotent || provider is IRefunds, "It speaks of refunds and makes none.");
        Assert.True(provider is not IQueriesRefunds || provider is IRefunds, "It is asked about refunds and makes none.");
        Assert.True(profile.FirstChecks.Count == 0 || provider is IQueriesStatus, "It has times to be asked and cannot be asked.");
        Assert.True(profile.MerchantAccountField is null || profile.CredentialFields.Any(field => field.Name == profile.MerchantAccountField), "The merchant's account is no field of its own.");
        Assert.All(profile.CredentialFields, field => Assert.Equal(field.TestOnly is null, field.LiveOnly is null));
        Assert.All(profile.HelpLinks, link => Assert.StartsWith("https://", link.Url, StringComparison.Ordinal));
        Assert.All(profile.CredentialFields.Where(field => field.IsRequired), field => Assert.Contains(field.Name, driver.Credentials(new string('x', 24)).Keys));
        Assert.Equal(ContractWorld.Imitated.Contains(id), driver.Bearer.Length > 0);
        if (ContractWorld.Imitated.Contains(id))
            Assert.NotEmpty(profile.TestInstruments);
    }

    [Theory, MemberData(nameof(Every))]
    public void What_is_lacking_is_said(string id)
    {
        var provider = ContractWorld.Registered.Single(one => one.Profile.Id == id);

        Says(provider is ICancels, "cancel");
        Says(provider is IReadsWebhooks, "webhook");
        Says(provider is IRefunds, "refund");

        void Says(bool has, string word) =>
            Assert.True(has || provider.Profile.Lacks.Any(lack => lack.Contains(word, StringComparison.OrdinalIgnoreCase)), $"{id} lacks what '{word}' stands for and does not say so.");
    }

    [Theory, MemberData(nameof(Every))]
    public void Documentation_has_its_section(string id)
    {
        var profile = ContractWorld.Registered.Single(one => one.Profile.Id == id).Profile;
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "providers.md")).ReplaceLineEndings("\n");

        var at = text.IndexOf($"\n## {profile.Name}\n", StringComparison.Ordinal);
        Assert.True(at >= 0, $"docs/providers.md has no section '## {profile.Name}'.");
        var end = text.IndexOf("\n## ", at + 1, StringComparison.Ordinal);
        var section = end < 0 ? text[at..] : text[at..end];
        Assert.Contains($"`{profile.Id}` ·", section, StringComparison.Ordinal);
        Assert.All(profile.Methods, method => Assert.Contains($"`{method}`", section, StringComparison.Ordinal));
        Assert.All(profile.HelpLinks, link => Assert.Contains(link.Url, section, StringComparison.Ordinal));
    }

    /// <summary>An authentic delivery that was taken; null, with the proof that none is taken, where the provider sends none.</summary>
    private async Task<(string Url, Dictionary<string, string> Headers, byte[] Body)?> DeliveredAsync(ContractMerchant merchant)
    {
        if (merchant.Provider is not IReadsWebhooks)
        {
            await AcceptsNoWebhookAsync(merchant);
            return null;
        }
        await merchant.PaidAsync();
        await world.AdvanceUntilAsync(async () => (await merchant.DeliveriesAsync()).Exists(row => row is { IsDone: true, LastStatus: 200 }), "a delivery was taken");
        var delivery = (await merchant.DeliveriesAsync()).First(row => row is { IsDone: true, LastStatus: 200 });
        return (delivery.Url, JsonSerializer.Deserialize<Dictionary<string, string>>(delivery.HeadersJson)!, delivery.Body);
    }

    private static async Task AcceptsNoWebhookAsync(ContractMerchant merchant)
    {
        Assert.Equal(HttpStatusCode.NotFound, await merchant.DeliverAsync(merchant.WebhookPath, [], "{}"u8.ToArray()));
        Assert.Equal(0, await merchant.StoredEventsAsync());
    }

    private static Dictionary<string, string> With(Dictionary<string, string> headers, string name, string value) => new(headers) { [name] = value };

    // The last letter or digit becomes another one of the same kind: still well-formed, and wrong.
    private static string Garbled(string proof)
    {
        var letters = proof.ToCharArray();
        var at = Array.FindLastIndex(letters, char.IsAsciiLetterOrDigit);
        letters[at] = letters[at] == '1' ? '2' : '1';
        if (proof.EndsWith('='))
            letters[0] = letters[0] == 'A' ? 'B' : 'A';
        return new string(letters);
    }

    private static byte[] Mutated(byte[] body, Random chance)
    {
        var bytes = body.ToArray();
        switch (chance.Next(4))
        {
            case 0:
                bytes = new byte[chance.Next(300)];
                chance.NextBytes(bytes);
                break;
            case 1:
                bytes = bytes[..chance.Next(bytes.Length)];
                break;
            case 2:
                for (var flips = chance.Next(1, 6); flips > 0; flips--)
                    bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
                break;
            default:
                // Well-formed JSON with another value somewhere.
                bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(((string[])["\"", ":", "{", "1", "0", "true", "null"])[chance.Next(7)], ((string[])["[]", "null", "{}", "-1", "9e99", "\"\"", "false"])[chance.Next(7)], StringComparison.Ordinal));
                break;
        }
        return bytes;
    }
}
