-- Subscriptions. What the payment provider says was paid, one row an invoice and one row a line. A line
-- is what moves credits, once: its row is the proof that it was applied. Money is kept in US dollars.

create table public.billing_invoices (
  organization_id uuid not null references auth.organizations on delete cascade,
  id text not null check (length(id) between 1 and 255),
  stripe_subscription_id text,
  number text,
  status text not null check (status in ('draft', 'open', 'paid', 'uncollectible', 'void')),
  billing_reason text,
  amount_due_usd numeric(12, 2) not null,
  amount_paid_usd numeric(12, 2) not null,
  currency text not null,
  period_start timestamptz,
  period_end timestamptz,
  hosted_invoice_url text,
  invoice_pdf_url text,
  refunded_usd numeric(12, 2) not null default 0,
  disputed_usd numeric(12, 2) not null default 0,
  withdrawn_credits numeric(14, 2) not null default 0,
  unrecovered_credits numeric(14, 2) not null default 0 check (unrecovered_credits >= 0),
  payment_problem text check (length(payment_problem) <= 500),
  next_payment_attempt_at timestamptz,
  created_at timestamptz not null,
  paid_at timestamptz,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);

create index billing_invoices_organization_id_created_at_idx
  on public.billing_invoices (organization_id, created_at);

comment on table public.billing_invoices is 'Invoices of the payment provider, as they were when last looked at.';
comment on column public.billing_invoices.id is 'The payment provider''s own.';
comment on column public.billing_invoices.billing_reason is 'subscription_create, subscription_cycle (a new period), subscription_update (a changed plan), manual, …';
comment on column public.billing_invoices.period_start is 'Of the first line: what the invoice is for.';
comment on column public.billing_invoices.hosted_invoice_url is 'Page of the payment provider on which the invoice can be read and paid.';
comment on column public.billing_invoices.refunded_usd is 'Sum of the refunds that stand.';
comment on column public.billing_invoices.disputed_usd is 'Sum of what banks took back in disputes that are not won.';
comment on column public.billing_invoices.withdrawn_credits is 'Taken back because of refunds and disputes, as the ledger shows.';
comment on column public.billing_invoices.unrecovered_credits is 'Would have to be taken back, but was spent or is held.';
comment on column public.billing_invoices.payment_problem is 'Why the last payment failed, in words for people; null when nothing is wrong.';
comment on column public.billing_invoices.next_payment_attempt_at is 'When the payment provider tries again by itself.';

create table public.billing_invoice_lines (
  organization_id uuid not null references auth.organizations on delete cascade,
  id text not null check (length(id) between 1 and 255),
  invoice_id text not null,
  stripe_subscription_id text not null,
  plan_id text not null references public.plans,
  kind text not null check (kind in ('period', 'trial', 'change')),
  period_start timestamptz not null,
  period_end timestamptz not null,
  amount_usd numeric(12, 2) not null,
  status text not null check (status in ('waiting', 'applied', 'lapsed')),
  period_line_id text,
  granted_credits numeric(14, 2) not null default 0,
  transaction_id uuid,
  created_at timestamptz not null,
  applied_at timestamptz,
  primary key (organization_id, id),
  check (period_end > period_start),
  check ((status = 'waiting') = (applied_at is null))
);

create index billing_invoice_lines_invoice_id_idx
  on public.billing_invoice_lines (organization_id, invoice_id);
create index billing_invoice_lines_period_line_id_idx
  on public.billing_invoice_lines (organization_id, period_line_id);
create index billing_invoice_lines_waiting_idx
  on public.billing_invoice_lines (organization_id, period_start) where status = 'waiting';
create index billing_invoice_lines_plan_id_idx on public.billing_invoice_lines (plan_id);

comment on table public.billing_invoice_lines is 'Paid lines of subscriptions, each applied once: what a payment did to plan and credits.';
comment on column public.billing_invoice_lines.kind is 'period: pays for a period of a plan; trial: a period without payment; change: the rest of a running period on another plan.';
comment on column public.billing_invoice_lines.status is 'waiting: for its period to begin; applied; lapsed: its period was over, so its credits came and expired at once.';
comment on column public.billing_invoice_lines.period_line_id is 'The line that began the period to which this one belongs; its own id when it began one.';
comment on column public.billing_invoice_lines.granted_credits is 'Given by this line; negative when a change took credits back.';
comment on column public.billing_invoice_lines.transaction_id is 'The ledger row of what was given.';

create table public.plan_changes (
  organization_id uuid not null references auth.organizations on delete cascade,
  id uuid not null default uuidv7(),
  plan_id text not null references public.plans,
  from_plan_id text not null references public.plans,
  status text not null
    check (status in ('checkout_required', 'changed', 'scheduled', 'unchanged', 'undone')),
  effective_at timestamptz,
  adjusted_credits numeric(14, 2) not null,
  result jsonb not null,
  requested_by_user_id uuid references auth.users on delete set null,
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  request_fingerprint bytea not null,
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, idempotency_key)
);

create index plan_changes_plan_id_idx on public.plan_changes (plan_id);
create index plan_changes_from_plan_id_idx on public.plan_changes (from_plan_id);
create index plan_changes_requested_by_user_id_idx on public.plan_changes (requested_by_user_id);

comment on table public.plan_changes is 'What owners and admins asked for about their plan, and what came of it.';
comment on column public.plan_changes.plan_id is 'Plan that was asked for; free is a cancellation.';
comment on column public.plan_changes.status is 'checkout_required, changed (at once), scheduled (for the end of the period), unchanged, undone.';
comment on column public.plan_changes.adjusted_credits is 'Credits that came or went at once.';
comment on column public.plan_changes.result is 'The answer as it was given, for a request that comes again with the same key.';
comment on column public.plan_changes.request_fingerprint is 'Hash of the request, to tell a replay from a conflict.';

revoke all on public.billing_invoices, public.billing_invoice_lines, public.plan_changes from public;
grant select on public.billing_invoices, public.billing_invoice_lines, public.plan_changes
  to purser_api, purser_hasura;
