-- What must always be so. Each query returns the violations; an empty answer is a healthy one.
-- Run by `check-integrity`, the nightly job, the test suites and the kill harness, unchanged on SQLite and PostgreSQL.

-- I01 money bounds: refunds never exceed what came, nothing is negative
select id from payments where refund_reserved_minor > received_minor or refunded_minor > refund_reserved_minor or amount_minor <= 0 or received_minor < 0 or refunded_minor < 0 or disputed_minor < 0;

-- I02 counters equal the rows
select p.id from payments p left join refunds r on r.payment_id = p.id group by p.id, p.refunded_minor, p.refund_reserved_minor having p.refunded_minor <> coalesce(sum(case when r.status = 'succeeded' then r.amount_minor else 0 end), 0) or p.refund_reserved_minor <> coalesce(sum(case when r.status <> 'failed' then r.amount_minor else 0 end), 0);

-- I03 received money equals its receipts
select p.id from payments p left join receipts r on r.payment_id = p.id and r.state = 'counted' group by p.id, p.received_minor having p.received_minor <> coalesce(sum(r.amount_minor), 0);

-- I04 one inbox row an event
select account_id from webhook_events group by account_id, dedupe_key having count(*) > 1;

-- I05 one application an event, and the state says so
select e.id from webhook_events e left join webhook_applications a on a.event_id = e.id where (e.state = 'applied') <> (a.event_id is not null);

-- I06 no event in an unknown state
select id from webhook_events where state not in ('pending', 'applied', 'ignored', 'unmatched', 'quarantined');

-- I07 a terminal status is entered at most once
select payment_id from payment_transitions where to_status in ('succeeded', 'failed', 'cancelled', 'expired') group by payment_id, to_status having count(*) > 1;

-- I08 nothing leaves succeeded
select id from payment_transitions where from_status = 'succeeded';

-- I09 transitions form a chain
select a.id from payment_transitions a left join payment_transitions b on b.payment_id = a.payment_id and b.sequence = a.sequence - 1 where (a.sequence = 1 and a.from_status is not null) or (a.sequence > 1 and (b.id is null or b.to_status <> a.from_status));

-- I10 a payment is where its last transition led
select p.id from payments p left join payment_transitions t on t.payment_id = p.id and t.sequence = p.transition_count where t.id is null or t.to_status <> p.status or exists (select 1 from payment_transitions x where x.payment_id = p.id and x.sequence > p.transition_count);

-- I11 every transition has its audit entry
select t.id from payment_transitions t left join audit_entries l on l.id = t.audit_id where l.id is null or l.entity <> 'payment' or lower(l.entity_id) <> lower(cast(t.payment_id as varchar(36)));

-- I12 the sealed audit chain has no gap or break
select a.sequence from audit_entries a left join audit_entries b on b.sequence = a.sequence - 1 where a.sequence is not null and ((a.sequence > 1 and (b.sequence is null or b.hash <> a.previous_hash)) or (a.sequence = 1 and a.previous_hash <> 'genesis'));

-- I13 an attempt belongs to its payment's and its account's tenant and mode
select t.id from payment_attempts t join payments p on p.id = t.payment_id join provider_accounts c on c.id = t.account_id where t.tenant_id <> p.tenant_id or t.mode <> p.mode or c.tenant_id <> t.tenant_id or c.provider <> t.provider or c.mode <> t.mode or c.endpoint <> t.endpoint;

-- I14 an event took effect only inside its account and mode
select e.id from webhook_events e join payments p on p.id = e.payment_id where p.tenant_id <> e.tenant_id or p.mode <> e.mode or not (exists (select 1 from payment_attempts t where t.payment_id = p.id and t.account_id = e.account_id) or exists (select 1 from receipts r where r.payment_id = p.id and r.account_id = e.account_id));

-- I15 a provider reference is unique in its account
select account_id from payment_attempts where provider_reference is not null group by account_id, provider_reference having count(*) > 1;

-- I16 a receipt counts once
select account_id from receipts where account_id is not null group by account_id, reference having count(*) > 1;

-- I17 a refund goes to the account, endpoint and BIN that took the money
select r.id from refunds r join payment_attempts t on t.id = r.attempt_id where r.account_id <> t.account_id or r.endpoint <> t.endpoint or r.mode <> t.mode or coalesce(r.organization_bin, '') <> coalesce(t.organization_bin, '');

-- I18 a refund never leaves under two keys
select refund_id from provider_calls where operation = 'refund' and refund_id is not null group by refund_id having count(distinct idempotency_key) > 1;

-- I19 an attempt is created at the provider once
select attempt_id from provider_calls where operation = 'create' and attempt_id is not null group by attempt_id having count(*) > 1;

-- I20 a change is announced once
select payment_id from outgoing_events where payment_id is not null group by payment_id, type, dedupe_key having count(*) > 1;

-- I21 success is always announced
select t.id from payment_transitions t join payments p on p.id = t.payment_id where t.to_status = 'succeeded' and not p.is_demo and t.cause <> 'import' and not exists (select 1 from outgoing_events o where o.payment_id = t.payment_id and o.type = 'payment.succeeded');

-- I22 event sequences are unique and within their counter
select o.id from outgoing_events o left join event_counters c on c.tenant_id = o.tenant_id and c.mode = o.mode where c.last_sequence is null or o.sequence > c.last_sequence or o.sequence < 1;

-- I23 success has a trusted cause, never the return URL
select p.id from payments p where p.status = 'succeeded' and not exists (select 1 from payment_transitions t where t.payment_id = p.id and t.to_status = 'succeeded' and t.cause in ('webhook', 'status_query', 'proof', 'operator', 'settlement', 'checkout', 'demo', 'import'));

-- I24 no event is retried for ever
select id from webhook_events where state = 'pending' and attempts >= 20;

-- I25 in review exactly while a question is open
select id from payments where (status = 'in_review') <> (open_reviews <> 0);

-- I26 at most one paid attempt without an exception that says so
select p.id from payments p join payment_attempts t on t.payment_id = p.id and t.status = 'succeeded' where p.exceptions = 0 group by p.id having count(*) > 1;

-- I27 live rows never touched the sandbox
select id from payment_attempts where mode = 'live' and endpoint = 'sandbox';

-- I28 a proof's reference is approved once
select tenant_id from manual_proofs where status = 'approved' and reference_key is not null group by tenant_id, mode, type, reference_key having count(*) > 1;

-- I29 nobody decides the proof that he brought, two persons are two, and tenant and mode are the payment's
select f.id from manual_proofs f join payments p on p.id = f.payment_id where f.tenant_id <> p.tenant_id or f.mode <> p.mode or (f.is_legacy = (1 = 0) and f.is_demo = (1 = 0) and f.status = 'approved' and (f.decided_by_user_id is null or f.decided_by_user_id = f.submitted_by_user_id or f.first_approved_by_user_id = f.decided_by_user_id));

-- I30 money of a proof has an approved proof behind it
select r.id from receipts r left join manual_proofs f on f.id = r.proof_id where r.proof_id is not null and (f.id is null or f.status <> 'approved' or f.payment_id <> r.payment_id);

-- I31 what was approved by two was not approved by the one who asked
select id from approval_requests where status = 'approved' and (decided_by_user_id is null or decided_by_user_id = requested_by_user_id);

-- I32 money without a payment counts nowhere, counted money has its payment, and what was given back says why
select id from receipts where (state in ('unallocated', 'returned') and payment_id is not null) or (state in ('counted', 'held') and payment_id is null) or (state = 'returned' and (note is null or decided_by is null));

-- I33 a payment of a link is in the link's tenant and mode, and claims a link for one payment only while it is open or paid
select p.id from payments p left join payment_links l on l.id = p.link_id where (p.link_id is not null and (l.id is null or l.tenant_id <> p.tenant_id or l.mode <> p.mode)) or (p.link_claim is not null and (p.link_id is null or p.link_claim <> p.link_id or l.use <> 'single' or p.status in ('failed', 'cancelled', 'expired')));
