-- Money in. Stripe is the truth about payments, the ledger about credits; these tables tie the two
-- together. A purchase carries one version: whoever applies what Stripe says has read the version
-- before he asked Stripe, so older news never overwrites newer.

create table public.credit_topup_packages (
  id text primary key check (id ~ '^[a-z][a-z0-9_]{0,49}$'),
  name text not null check (length(name) between 1 and 100),
  credits numeric(14, 2) not null check (credits > 0),
  price_usd numeric(10, 2) not null check (price_usd > 0),
  rank integer not null unique,
  is_best_value boolean not null default false,
  is_active boolean not null default true
);

comment on table public.credit_topup_packages is 'Credits that can be bought at once, beside those of the plan.';
comment on column public.credit_topup_packages.price_usd is 'In US dollars, before tax. A purchase keeps the price it was made at.';
comment on column public.credit_topup_packages.rank is 'Order on the page, from the smallest.';
comment on column public.credit_topup_packages.is_best_value is 'Shown as the recommended one.';
comment on column public.credit_topup_packages.is_active is 'False: kept for what was bought, no longer offered.';

create table public.credit_purchases (
  organization_id uuid not null,
  id uuid not null default uuidv7(),
  kind text not null check (kind in ('checkout', 'auto_topup', 'pay_as_you_go')),
  package_id text references public.credit_topup_packages,
  credits numeric(14, 2) not null check (credits > 0),
  price_usd numeric(10, 2) not null check (price_usd > 0),
  currency text not null default 'usd' check (currency ~ '^[a-z]{3}$'),
  status text not null default 'open' check (
    status in (
      'open', 'processing', 'paid', 'failed', 'expired', 'refunded', 'partially_refunded', 'disputed'
    )
  ),
  failure_reason text check (length(failure_reason) <= 500),
  stripe_checkout_session_id text unique,
  stripe_payment_intent_id text unique,
  stripe_charge_id text,
  stripe_invoice_item_id text unique,
  stripe_invoice_id text,
  receipt_url text,
  checkout_url text,
  checkout_attempts integer not null default 1 check (checkout_attempts > 0),
  grant_id uuid,
  transaction_id uuid,
  refunded_usd numeric(10, 2) not null default 0 check (refunded_usd >= 0),
  disputed_usd numeric(10, 2) not null default 0 check (disputed_usd >= 0),
  withdrawn_credits numeric(14, 2) not null default 0 check (withdrawn_credits >= 0),
  unrecovered_credits numeric(14, 2) not null default 0 check (unrecovered_credits >= 0),
  requested_by_user_id uuid,
  actor jsonb,
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  request_fingerprint bytea not null,
  version integer not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz,
  checked_at timestamptz,
  paid_at timestamptz,
  closed_at timestamptz,
  primary key (organization_id, id),
  unique (organization_id, idempotency_key),
  check ((grant_id is null) = (transaction_id is null)),
  -- Credits are given for money, or on account; and nothing is taken that was not given.
  check (grant_id is not null or paid_at is null),
  check (withdrawn_credits + unrecovered_credits <= case when grant_id is null then 0 else credits end),
  check (kind = 'pay_as_you_go' or (grant_id is null) = (paid_at is null)),
  check ((kind = 'pay_as_you_go') = (package_id is null)),
  check (kind = 'pay_as_you_go' or stripe_invoice_id is null)
);

create index credit_purchases_id_idx on public.credit_purchases (id);
create index credit_purchases_package_id_idx on public.credit_purchases (package_id);
create index credit_purchases_unfinished_idx
  on public.credit_purchases (created_at, organization_id) where status in ('open', 'processing');
create index credit_purchases_stripe_invoice_id_idx
  on public.credit_purchases (organization_id, stripe_invoice_id)
  where stripe_invoice_id is not null;

comment on table public.credit_purchases is 'Credits bought: by checkout, by automatic top-up or on account. One row a purchase, made before Stripe is asked for anything.';
comment on column public.credit_purchases.kind is 'checkout by a person; auto_topup with the saved card; pay_as_you_go on account, on the next invoice.';
comment on column public.credit_purchases.package_id is 'Null for pay-as-you-go, which has no packages.';
comment on column public.credit_purchases.price_usd is 'What it cost when it was bought, before tax.';
comment on column public.credit_purchases.status is 'open: waits for the buyer; processing: the payment is under way; paid, failed, expired; refunded, partially_refunded, disputed: paid once.';
comment on column public.credit_purchases.failure_reason is 'Why it failed, in words for people.';
comment on column public.credit_purchases.stripe_invoice_id is 'The paid invoice that collected credits on account: what goes back of it, goes back of them in proportion.';
comment on column public.credit_purchases.receipt_url is 'Stripe''s receipt.';
comment on column public.credit_purchases.checkout_url is 'Stripe''s payment page while the purchase is open.';
comment on column public.credit_purchases.checkout_attempts is 'How often a payment page was asked for: each time has a key of its own at Stripe.';
comment on column public.credit_purchases.grant_id is 'The credits that were given.';
comment on column public.credit_purchases.transaction_id is 'The row of the ledger that gave them.';
comment on column public.credit_purchases.refunded_usd is 'Sum of the refunds that stand.';
comment on column public.credit_purchases.disputed_usd is 'Sum of what banks took back in disputes that are not won.';
comment on column public.credit_purchases.withdrawn_credits is 'Taken back because of refunds and disputes, as the ledger shows.';
comment on column public.credit_purchases.unrecovered_credits is 'Would have to be taken back, but was spent or is held.';
comment on column public.credit_purchases.actor is 'Who asked for it, as known at the time.';
comment on column public.credit_purchases.version is 'Raised with everything that is applied from Stripe; a reader with an older one asks Stripe again.';
comment on column public.credit_purchases.expires_at is 'When the payment page closes.';
comment on column public.credit_purchases.checked_at is 'When it was last compared with Stripe.';
comment on column public.credit_purchases.closed_at is 'When it failed or expired.';

create table public.billing_settings (
  organization_id uuid primary key references auth.organizations on delete cascade,
  auto_topup_enabled boolean not null default false,
  auto_topup_threshold_credits numeric(14, 2) check (auto_topup_threshold_credits >= 0),
  auto_topup_package_id text references public.credit_topup_packages,
  auto_topup_monthly_limit integer check (auto_topup_monthly_limit between 1 and 100),
  auto_topup_stopped_reason text check (length(auto_topup_stopped_reason) <= 500),
  auto_topup_last_at timestamptz,
  pay_as_you_go_enabled boolean not null default false,
  pay_as_you_go_limit_credits numeric(14, 2) check (pay_as_you_go_limit_credits > 0),
  payment_method_label text check (length(payment_method_label) <= 100),
  stripe_payment_method_id text,
  updated_by_user_id uuid references auth.users on delete set null,
  updated_at timestamptz not null,
  check (
    not auto_topup_enabled or (
      auto_topup_threshold_credits is not null and auto_topup_package_id is not null
      and auto_topup_monthly_limit is not null
    )
  ),
  check (not pay_as_you_go_enabled or pay_as_you_go_limit_credits is not null)
);

create index billing_settings_auto_topup_package_id_idx
  on public.billing_settings (auto_topup_package_id);
create index billing_settings_updated_by_user_id_idx on public.billing_settings (updated_by_user_id);

comment on table public.billing_settings is 'What may be bought without asking, and with which card. Owners and admins decide.';
comment on column public.billing_settings.auto_topup_threshold_credits is 'Below so many available credits the package is bought.';
comment on column public.billing_settings.auto_topup_monthly_limit is 'At most so many automatic purchases in a calendar month of the organization''s time zone.';
comment on column public.billing_settings.auto_topup_stopped_reason is 'Why automatic top-up stopped, in words for people; null while it works. Switching it on again clears it.';
comment on column public.billing_settings.auto_topup_last_at is 'When it last bought or tried to.';
comment on column public.billing_settings.pay_as_you_go_enabled is 'Whether credits are given on account when none are left.';
comment on column public.billing_settings.pay_as_you_go_limit_credits is 'At most so many credits on account in a period.';
comment on column public.billing_settings.payment_method_label is 'The saved card as people know it.';

create table public.stripe_events (
  id text primary key check (length(id) between 1 and 255),
  type text not null check (length(type) between 1 and 255),
  api_version text,
  created_at timestamptz not null,
  received_at timestamptz not null,
  object_id text,
  organization_id uuid,
  status text not null default 'received'
    check (status in ('received', 'applied', 'ignored', 'failed', 'dead')),
  attempts integer not null default 0 check (attempts >= 0),
  deliveries integer not null default 1 check (deliveries > 0),
  next_attempt_at timestamptz,
  lease_expires_at timestamptz,
  last_error text check (length(last_error) <= 2000),
  outcome jsonb,
  applied_at timestamptz,
  payload jsonb not null,
  -- What is not finished has a time at which a job takes it up; what is finished has none.
  check ((next_attempt_at is not null) = (status in ('received', 'failed')))
);

create index stripe_events_next_attempt_at_idx
  on public.stripe_events (next_attempt_at, id) where next_attempt_at is not null;
create index stripe_events_organization_id_idx
  on public.stripe_events (organization_id, created_at) where organization_id is not null;
create index stripe_events_applied_at_idx
  on public.stripe_events (applied_at) where applied_at is not null;

comment on table public.stripe_events is 'Inbox of Stripe: each event once, with what became of it. Written before anything is done about it.';
comment on column public.stripe_events.id is 'Stripe''s own.';
comment on column public.stripe_events.created_at is 'When Stripe made the event.';
comment on column public.stripe_events.object_id is 'What the event is about; its state is read from Stripe, not from the payload.';
comment on column public.stripe_events.status is 'received: not yet handled; applied; ignored: nothing to do; failed: tried again later; dead: given up until an operator replays it.';
comment on column public.stripe_events.attempts is 'How often it was tried since it came or was replayed.';
comment on column public.stripe_events.deliveries is 'How often Stripe sent it.';
comment on column public.stripe_events.lease_expires_at is 'Somebody works on it until then.';
comment on column public.stripe_events.outcome is 'What the handlers said.';
comment on column public.stripe_events.applied_at is 'When it was applied or ignored.';

create table public.billing_refunds (
  organization_id uuid not null,
  id text not null check (length(id) between 1 and 255),
  purchase_id uuid,
  invoice_id text,
  stripe_payment_intent_id text,
  amount_usd numeric(10, 2) not null check (amount_usd >= 0),
  currency text not null default 'usd' check (currency ~ '^[a-z]{3}$'),
  status text not null check (length(status) between 1 and 50),
  counts boolean not null,
  reason text check (length(reason) <= 500),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  check ((purchase_id is null) <> (invoice_id is null))
);

create index billing_refunds_purchase_id_idx
  on public.billing_refunds (organization_id, purchase_id) where purchase_id is not null;

comment on table public.billing_refunds is 'Money given back, as Stripe has it: one row a refund of a purchase or of an invoice.';
comment on column public.billing_refunds.status is 'Stripe''s word: pending, requires_action, succeeded, failed or canceled.';
comment on column public.billing_refunds.counts is 'Whether the money is or will be gone; a refund that failed does not count.';

create table public.billing_disputes (
  organization_id uuid not null,
  id text not null check (length(id) between 1 and 255),
  purchase_id uuid,
  invoice_id text,
  stripe_payment_intent_id text,
  amount_usd numeric(10, 2) not null check (amount_usd >= 0),
  currency text not null default 'usd' check (currency ~ '^[a-z]{3}$'),
  status text not null check (length(status) between 1 and 50),
  counts boolean not null,
  reason text check (length(reason) <= 500),
  withdrawn_credits numeric(14, 2) not null default 0 check (withdrawn_credits >= 0),
  reinstated_credits numeric(14, 2) not null default 0 check (reinstated_credits >= 0),
  evidence_due_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  check ((purchase_id is null) <> (invoice_id is null))
);

create index billing_disputes_purchase_id_idx
  on public.billing_disputes (organization_id, purchase_id) where purchase_id is not null;

comment on table public.billing_disputes is 'Payments that a bank was asked to take back, as Stripe has them.';
comment on column public.billing_disputes.status is 'Stripe''s word: needs_response, under_review, won, lost and others.';
comment on column public.billing_disputes.counts is 'Whether the money is gone at the moment: withdrawn, and not won back.';
comment on column public.billing_disputes.withdrawn_credits is 'Taken back when the dispute was opened or changed.';
comment on column public.billing_disputes.reinstated_credits is 'Given again when it was won.';
comment on column public.billing_disputes.evidence_due_at is 'Until then an answer is possible, in Stripe''s dashboard.';

revoke all on public.credit_topup_packages, public.credit_purchases, public.billing_settings,
  public.stripe_events, public.billing_refunds, public.billing_disputes from public;
grant select on public.credit_topup_packages, public.credit_purchases, public.billing_settings,
  public.stripe_events, public.billing_refunds, public.billing_disputes
  to purser_api, purser_hasura;
