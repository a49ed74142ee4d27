-- Credits. The balance row is the gate: whoever changes anything of an organization here has locked
-- its row in organization_credit_balances first. Rows of one organization never refer to another's,
-- and the hot tables have no foreign keys: the functions that write them hold the gate.
-- No index covers a column that an everyday move changes, so that those updates stay heap-only.
-- Checks are read anew by every statement that writes: they are few, their lists are constants and
-- their zeros numeric, which makes them cheap to read. They guard amounts and states; how long a key
-- or a reason may be is checked by the functions that write them, and nobody else can.

create table public.organization_credit_balances (
  organization_id uuid primary key,
  monthly_credits numeric(14, 2) not null default 0,
  bonus_credits numeric(14, 2) not null default 0,
  reserved_credits numeric(14, 2) not null default 0,
  debt_credits numeric(14, 2) not null default 0,
  overdraft_credits numeric(14, 2) not null default 0,
  used_credits numeric(14, 2) not null default 0,
  period_start timestamptz not null,
  period_end timestamptz not null,
  next_grant_expires_at timestamptz not null default 'infinity',
  next_hold_expires_at timestamptz not null default 'infinity',
  constraint organization_credit_balances_amounts check (
    least(
      monthly_credits, bonus_credits, reserved_credits, debt_credits, overdraft_credits,
      used_credits
    ) >= 0.0
  ),
  check (period_end > period_start)
) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- What is due for organizations that nobody touches: one index for expiries and periods.
create index organization_credit_balances_due_at_idx
  on public.organization_credit_balances (
    least(next_grant_expires_at, period_end), organization_id
  );

comment on table public.organization_credit_balances is 'What an organization has, one row each. Posted = monthly + bonus - debt; available = posted - reserved.';
comment on column public.organization_credit_balances.monthly_credits is 'What remains of the grants of the plan.';
comment on column public.organization_credit_balances.bonus_credits is 'What remains of all other grants.';
comment on column public.organization_credit_balances.reserved_credits is 'Held by open reservations.';
comment on column public.organization_credit_balances.debt_credits is 'Charged beyond all grants, within the overdraft; the next grant repays it.';
comment on column public.organization_credit_balances.overdraft_credits is 'How far a charge above its hold may go below zero; no new hold counts on it. The plan''s, kept here so that the gate needs one row.';
comment on column public.organization_credit_balances.used_credits is 'Charged for AI work since period_start.';
comment on column public.organization_credit_balances.next_grant_expires_at is 'No grant with credits left expires before this time; the row is brought up to date when it passes.';
comment on column public.organization_credit_balances.next_hold_expires_at is 'No open reservation expires before this time; the row is brought up to date when it passes.';

create table public.credit_grants (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  source text not null,
  granted_credits numeric(14, 2) not null,
  remaining_credits numeric(14, 2) not null,
  repaid_debt_credits numeric(14, 2) not null default 0,
  expired_credits numeric(14, 2) not null default 0,
  priority integer not null,
  effective_at timestamptz not null,
  expires_at timestamptz not null default 'infinity',
  closed_at timestamptz,
  is_used_up boolean not null
    generated always as (remaining_credits + expired_credits = 0.0) stored,
  idempotency_key text,
  request_fingerprint bytea,
  reason text,
  actor jsonb,
  transaction_id uuid not null,
  created_at timestamptz not null,
  constraint credit_grants_source check (
    source = any ('{plan,topup,promo,referral,rollover,adjustment,refund}'::text[])
  ),
  constraint credit_grants_amounts check (
    granted_credits > 0.0
    and least(
      remaining_credits, repaid_debt_credits, expired_credits,
      granted_credits - repaid_debt_credits - remaining_credits
    ) >= 0.0
    and (closed_at is not null) = (remaining_credits = 0.0)
  ),
  constraint credit_grants_times check (expires_at > effective_at and effective_at <= created_at),
  constraint credit_grants_bounds check (priority between 0 and 1000)
)
-- When its period ends, a row is written once more: with this much room it stays on its page.
with (fillfactor = 45);

-- One index for the grants of an organization and for those of them to draw from. closed_at is not in
-- it, for it changes with every expiry, which so writes no index: a search for open grants says that
-- it wants none that are used up and, where there may be many, none that expired before.
-- It has the whole burn-down order, so that the next grant is its first entry, however many there are.
create index credit_grants_burn_down_idx
  on public.credit_grants (
    organization_id, is_used_up, priority, expires_at, (source = 'topup'), created_at, id
  );
create unique index credit_grants_idempotency_key
  on public.credit_grants (organization_id, idempotency_key) where idempotency_key is not null;

comment on table public.credit_grants is 'Lots of credits. Used by priority, then earliest expiry, then promotional before paid, then oldest.';
comment on column public.credit_grants.source is 'Where the credits came from; plan grants make up the monthly credits, all others the bonus.';
comment on column public.credit_grants.repaid_debt_credits is 'Part of the grant that repaid a debt when it arrived and was never there to draw.';
comment on column public.credit_grants.expired_credits is 'Part of the grant that nobody had used when it expired; of the plan''s, some may roll over.';
comment on column public.credit_grants.priority is 'Lower is used first: 10 plan, 20 rollover, 50 all others unless told otherwise.';
comment on column public.credit_grants.effective_at is 'When the credits began to count; never later than created_at.';
comment on column public.credit_grants.expires_at is 'Not drawn from this moment on, except for reservations that counted on it before.';
comment on column public.credit_grants.closed_at is 'When nothing was left: used up or expired.';
comment on column public.credit_grants.is_used_up is 'Closed with nothing left that could expire. An expired grant that had credits left is not used up.';
comment on column public.credit_grants.request_fingerprint is 'Hash of the request that made the grant, to tell a replay from a conflict.';
comment on column public.credit_grants.transaction_id is 'The ledger row that recorded the grant.';
comment on column public.credit_grants.actor is 'Who granted it, as known at the time.';

-- Written once, when credits are held. What becomes of a hold is told once as well: a charge within it
-- is a row of the ledger that has its id, and nothing is written here; every other end is. So whoever
-- asks what became of a reservation asks public.credit_reservations; who asks for open ones,
-- private.open_holds.
create table private.credit_holds (
  organization_id uuid not null,
  id uuid not null default uuidv7(),
  user_id uuid,
  capability_id text not null,
  quality_level_id text not null,
  model_id text,
  amount_credits numeric(14, 2) not null,
  idempotency_key text not null,
  request_fingerprint bigint not null,
  context jsonb,
  actor jsonb,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  ended_as text,
  charged_credits numeric(14, 2),
  released_credits numeric(14, 2),
  shortfall_credits numeric(14, 2),
  settlement_fingerprint bigint,
  release_reason text,
  closed_at timestamptz,
  primary key (organization_id, id),
  -- How a hold may end, private.check_hold_end says: nothing of that is read by those that make holds.
  constraint credit_holds_amounts check (
    amount_credits > 0.0 and (ended_as is null) = (closed_at is null)
  )
);

-- Each kind of search has exactly one index that can serve it, so that no plan depends on what was
-- known about the table when it was made: while it is new, the planner finds all indexes that begin
-- with the organization equally good. Expiry: only a search that says expires_at > '-infinity'. Key:
-- only one that says idempotency_key > '', by the key first. All others: the primary key.
create index credit_holds_organization_id_expires_at_idx
  on private.credit_holds (organization_id, expires_at) where expires_at > '-infinity';
create unique index credit_holds_idempotency_key
  on private.credit_holds (idempotency_key, organization_id) where idempotency_key > '';

comment on table private.credit_holds is 'Holds on credits as they were taken, with every end but a charge within the hold.';
comment on column private.credit_holds.id is 'Version 7: in order of creation within the organization, which the rate limits rely on.';
comment on column private.credit_holds.request_fingerprint is 'Hash of the request, to tell a replay from a conflict.';
comment on column private.credit_holds.ended_as is 'settled, released or expired; null while the hold is open, and when a row of the ledger with its id charges it.';
comment on column private.credit_holds.settlement_fingerprint is 'Hash of the settlement, to tell a replay from a conflict.';

create table public.credit_transactions (
  sequence bigint not null generated always as identity,
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  type text not null,
  amount_credits numeric(14, 2) not null,
  balance_after_credits numeric(14, 2) not null,
  grant_id uuid,
  reservation_id uuid,
  capability_id text,
  quality_level_id text,
  model_id text,
  user_id uuid,
  actor jsonb,
  context jsonb,
  reported_model text,
  request_id text,
  usage_source text,
  cost_usd numeric,
  -- Side by side, as each of them after a text would be padded to eight bytes.
  input_tokens bigint,
  cached_input_tokens bigint,
  output_tokens bigint,
  reasoning_tokens bigint,
  price_id bigint,
  estimated_credits numeric(14, 2),
  actual_credits numeric(14, 2),
  payment_metadata jsonb,
  description text,
  event_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint credit_transactions_sign check (
    case
      when type = any ('{ai_consumption,expiry}'::text[]) then amount_credits < 0.0
      when type = any ('{admin_adjustment,plan_change_adjustment}'::text[])
        then amount_credits <> 0.0
      else
        amount_credits > 0.0
        and type = any (
          '{plan_allocation,topup_purchase,promo_bonus,referral_bonus,rollover,refund}'::text[]
        )
    end
  ),
  constraint credit_transactions_reservation check (
    (type = 'ai_consumption') = (reservation_id is not null) or type = 'refund'
  )
);

-- Two entries a row, no more: every charge writes them. Sequences are given out once, so that this one
-- needs no index of its own; it is searched within an organization. A charge is found by its id.
create unique index credit_transactions_organization_id_sequence_idx
  on public.credit_transactions (organization_id, sequence);

comment on table public.credit_transactions is 'The ledger: every change of posted credits, one row for each grant touched, never changed.';
comment on column public.credit_transactions.sequence is 'In order of commit within an organization, with gaps: the cursor for streams.';
comment on column public.credit_transactions.amount_credits is 'Added (positive) or taken (negative).';
comment on column public.credit_transactions.balance_after_credits is 'Posted credits of the organization after this row; negative when in debt.';
comment on column public.credit_transactions.grant_id is 'Grant that was made or drawn from: the link by which a refund finds its way back. Null is debt.';
comment on column public.credit_transactions.id is 'Of a charge the id of its reservation, of its further rows and of all others a version 7 one.';
comment on column public.credit_transactions.reported_model is 'Model of the usage report, by our id or the provider''s; on the first row of a settlement, like the next ten.';
comment on column public.credit_transactions.request_id is 'The provider''s own id of the request.';
comment on column public.credit_transactions.usage_source is '''counted'' where the provider did not report its tokens and they were counted; null where it did.';
comment on column public.credit_transactions.cost_usd is 'What the usage cost us by the price row, in US dollars.';
comment on column public.credit_transactions.input_tokens is 'Tokens that were read, cached ones included.';
comment on column public.credit_transactions.cached_input_tokens is 'Part of the input that cost less; null counts as 0.';
comment on column public.credit_transactions.output_tokens is 'Tokens that were written, reasoning included.';
comment on column public.credit_transactions.reasoning_tokens is 'Part of the output; null where it was not told.';
comment on column public.credit_transactions.price_id is 'The row of llm_model_prices that the usage was priced by.';
comment on column public.credit_transactions.estimated_credits is 'Credits that were held for the work.';
comment on column public.credit_transactions.actual_credits is 'What the work cost, whether or not all of it could be charged.';
comment on column public.credit_transactions.payment_metadata is 'What the payment provider said about a purchase.';
comment on column public.credit_transactions.actor is 'Who caused it, as known at the time.';
comment on column public.credit_transactions.context is 'What it was for, as known at the time.';
comment on column public.credit_transactions.event_at is 'When it happened.';
comment on column public.credit_transactions.created_at is 'When it was written.';

create table public.ai_operation_results (
  organization_id uuid not null,
  reservation_id uuid not null,
  output jsonb not null,
  created_at timestamptz not null,
  primary key (reservation_id)
);

create index ai_operation_results_organization_id_idx
  on public.ai_operation_results (organization_id, created_at);

comment on table public.ai_operation_results is 'Answers of settled operations, so that a repeated request gets the same answer without a second model call.';

create table public.job_runs (
  id uuid primary key default uuidv7(),
  job text not null check (length(job) between 1 and 100),
  run_key text not null unique check (length(run_key) between 1 and 300),
  scheduled_time timestamptz,
  started_at timestamptz not null,
  finished_at timestamptz,
  processed integer check (processed >= 0),
  failed integer check (failed >= 0),
  duration_milliseconds integer check (duration_milliseconds >= 0),
  summary jsonb
);

create index job_runs_job_started_at_idx on public.job_runs (job, started_at);

comment on table public.job_runs is 'Runs of scheduled jobs: one row a run, whoever was first.';
comment on column public.job_runs.run_key is 'Name of the trigger and its scheduled time: the second delivery of a run finds it taken.';
comment on column public.job_runs.failed is 'Items that the run could not handle; a later run tries them again.';

create view public.credit_reservations as
select
  hold.organization_id,
  hold.id,
  hold.user_id,
  hold.capability_id,
  hold.quality_level_id,
  hold.model_id,
  hold.amount_credits,
  coalesce(hold.ended_as, case when charge.id is null then 'reserved' else 'settled' end) as status,
  hold.idempotency_key,
  hold.context,
  hold.actor,
  coalesce(hold.charged_credits, charge.actual_credits) as charged_credits,
  coalesce(hold.released_credits, hold.amount_credits - charge.actual_credits) as released_credits,
  coalesce(hold.shortfall_credits, case when charge.id is not null then 0.00 end)
    as shortfall_credits,
  hold.release_reason,
  hold.expires_at,
  hold.created_at,
  coalesce(hold.closed_at, charge.event_at) as closed_at
from private.credit_holds as hold
left join public.credit_transactions as charge on charge.id = hold.id and hold.ended_as is null;

comment on view public.credit_reservations is 'Holds on credits, taken before AI work and closed by its settlement, release or expiry.';
comment on column public.credit_reservations.model_id is 'Model that was first in order when the credits were held.';
comment on column public.credit_reservations.amount_credits is 'Credits held.';
comment on column public.credit_reservations.status is 'reserved, settled, released or expired.';
comment on column public.credit_reservations.idempotency_key is 'The caller''s own; the same key and request is the same reservation.';
comment on column public.credit_reservations.context is 'What the work is about, as the caller told: related entity, its name, a hash of the input.';
comment on column public.credit_reservations.actor is 'User, name and e-mail address as they were when the credits were held.';
comment on column public.credit_reservations.charged_credits is 'Taken from grants and overdraft at settlement.';
comment on column public.credit_reservations.released_credits is 'Part of the hold that was given back.';
comment on column public.credit_reservations.shortfall_credits is 'Actual cost that neither credits nor overdraft could pay.';
comment on column public.credit_reservations.expires_at is 'When a job gives the credits back unless the work has ended; can be extended.';

-- The ledger is asked row by row, in a subquery that no plan can turn into a join: so the cost follows
-- the number of holds that are looked at, whatever the size of the ledger.
create view private.open_holds as
select hold.*
from private.credit_holds as hold
where hold.ended_as is null
  and hold.expires_at > '-infinity'
  and (select charge.id from public.credit_transactions as charge where charge.id = hold.id)
    is null;

comment on view private.open_holds is 'Holds that nothing has ended; for searches by expiry.';

-- The open ones, found by where the sweep of expired holds has come to: an organization may have
-- millions of others.
create view public.open_reservations as
select
  hold.organization_id,
  hold.id,
  hold.user_id,
  hold.capability_id,
  hold.quality_level_id,
  hold.model_id,
  hold.amount_credits,
  hold.idempotency_key,
  hold.context,
  hold.actor,
  hold.expires_at,
  hold.created_at
from public.organization_credit_balances as balance
join private.open_holds as hold
  on hold.organization_id = balance.organization_id
  and hold.expires_at >= balance.next_hold_expires_at
where balance.reserved_credits > 0;

comment on view public.open_reservations is 'Reservations with the status reserved, found quickly however many others there are.';
comment on column public.open_reservations.model_id is 'Model that was first in order when the credits were held.';
comment on column public.open_reservations.amount_credits is 'Credits held.';
comment on column public.open_reservations.idempotency_key is 'The caller''s own; the same key and request is the same reservation.';
comment on column public.open_reservations.context is 'What the work is about, as the caller told: related entity, its name, a hash of the input.';
comment on column public.open_reservations.actor is 'User, name and e-mail address as they were when the credits were held.';
comment on column public.open_reservations.expires_at is 'When a job gives the credits back unless the work has ended; can be extended.';

create view public.credit_estimation_accuracy as
select
  closed.organization_id,
  closed.capability_id,
  closed.quality_level_id,
  count(*) as settlements,
  round(avg(closed.amount_credits), 2) as mean_estimated_credits,
  round(avg(closed.charged_credits + closed.shortfall_credits), 2) as mean_actual_credits,
  round(avg(closed.charged_credits + closed.shortfall_credits - closed.amount_credits), 2)
    as mean_variance_credits,
  round(
    percentile_cont(0.5) within group (
      order by (closed.charged_credits + closed.shortfall_credits - closed.amount_credits)::float8
    )::numeric,
    2
  ) as median_variance_credits
from public.credit_reservations as closed
where closed.status = 'settled'
group by closed.organization_id, closed.capability_id, closed.quality_level_id;

comment on view public.credit_estimation_accuracy is 'How far actual costs were from what was held, by organization, capability and level; positive means more than expected.';

-- What the batch functions decide on, one element an item. Composite types because plpgsql keeps the
-- items in an array between its statements, and a temporary table would cost more than the work.
create type private.reservation_candidate as (
  item integer,
  organization_id uuid,
  user_id uuid,
  plan_id text,
  capability_id text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  idempotency_key text,
  request_fingerprint bigint,
  reservation_id uuid,
  status text,
  expires_at timestamptz,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  minute_used bigint,
  hour_used bigint,
  day_used bigint,
  available_credits numeric,
  place tid,
  actor jsonb,
  outcome text,
  retry_after_seconds integer
);

comment on type private.reservation_candidate is 'An item of reserve_credits: what it asks, what the rules say, and what was decided.';

create type private.settlement_candidate as (
  item integer,
  organization_id uuid,
  reservation_id uuid,
  hold_place tid,
  status text,
  held_credits numeric,
  actual_credits numeric,
  model_id text,
  price_id bigint,
  cost_usd numeric,
  settlement_fingerprint bigint,
  is_told_to_hold boolean,
  account_place tid,
  posted_credits numeric,
  available_credits numeric,
  headroom_credits numeric,
  next_grant_place tid,
  next_grant_id uuid,
  next_grant_source text,
  next_grant_credits numeric,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  outcome text,
  settled_by_item integer
);

comment on type private.settlement_candidate is 'An item of settle_credits: what it asks, what it costs, and what was decided.';

create view public.estimation_accuracy as
select
  closed.capability_id,
  closed.quality_level_id,
  count(*) as settlements,
  round(avg(closed.amount_credits), 2) as mean_estimated_credits,
  round(avg(closed.charged_credits + closed.shortfall_credits), 2) as mean_actual_credits,
  round(avg(closed.charged_credits + closed.shortfall_credits - closed.amount_credits), 2)
    as mean_variance_credits,
  round(
    percentile_cont(0.5) within group (
      order by (closed.charged_credits + closed.shortfall_credits - closed.amount_credits)::float8
    )::numeric,
    2
  ) as median_variance_credits
from public.credit_reservations as closed
where closed.status = 'settled'
group by closed.capability_id, closed.quality_level_id;

comment on view public.estimation_accuracy is 'The same of all organizations together: what to correct the estimates by.';

create view public.posted_credit_balances as
select
  entry.organization_id,
  entry.sequence,
  entry.event_at,
  entry.balance_after_credits as posted_credits
from public.credit_transactions as entry;

comment on view public.posted_credit_balances is 'Posted credits after each change, from the ledger; balance_at() picks the one of a moment.';

create table public.credit_refunds (
  organization_id uuid not null,
  id uuid not null default uuidv7(),
  transaction_id uuid not null,
  reservation_id uuid not null,
  amount_credits numeric(14, 2) not null check (amount_credits > 0),
  grant_id uuid not null,
  refund_transaction_id uuid not null,
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  request_fingerprint bytea not null,
  reason text check (length(reason) <= 500),
  actor jsonb,
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, idempotency_key)
);

create index credit_refunds_organization_id_transaction_id_idx
  on public.credit_refunds (organization_id, transaction_id);

comment on table public.credit_refunds is 'Charges given back by platform admins, in part or whole; never more than was charged.';
comment on column public.credit_refunds.transaction_id is 'The charge: an ai_consumption row of the ledger.';
comment on column public.credit_refunds.grant_id is 'Where the credits went: the grant they came from, or a new one if that has expired or they were overdraft.';
comment on column public.credit_refunds.refund_transaction_id is 'The row of the ledger that gave the credits back.';

revoke all on all tables in schema public from public;
grant select on all tables in schema public to purser_api, purser_hasura;
