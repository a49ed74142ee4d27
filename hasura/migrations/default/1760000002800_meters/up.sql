-- Meters and quotas: what is counted and is no credit. Like credits, all of it is written under the
-- gate of its organization (private.lock_balances), so a counter, its ledger and its roll-up agree at
-- every commit, and the hot tables need no foreign keys. The user 00000000-… stands for "no user": in
-- counters for the whole organization, in the roll-up for use by a program.

create table public.meters (
  id text primary key check (id ~ '^[a-z][a-z0-9_]{0,49}$' and id <> 'credits'),
  name text not null check (length(name) between 1 and 100),
  description text not null,
  unit text not null check (length(unit) between 1 and 30),
  kind text not null check (kind in ('flow', 'level')),
  category text not null check (length(category) between 1 and 50),
  is_active boolean not null default true
);

comment on table public.meters is 'What is counted beside credits. A new meter is a row here and one for each plan that has it.';
comment on column public.meters.unit is 'What one is: tokens, bytes, minutes.';
comment on column public.meters.kind is 'flow: use adds up and a period begins at zero. level: what is there now; negative amounts give back.';
comment on column public.meters.category is 'Groups meters on pages.';
comment on column public.meters.is_active is 'False: nothing is counted or consumed any more.';

create table public.plan_meter_limits (
  plan_id text not null references public.plans on delete cascade,
  meter_id text not null references public.meters on delete cascade,
  period text not null check (period in ('day', 'month', 'none')),
  scope text not null default 'organization' check (scope in ('organization', 'user')),
  limit_amount numeric(24, 4) check (limit_amount >= 0),
  is_hard boolean not null default true,
  burst_amount numeric(24, 4) not null default 0 check (burst_amount >= 0),
  grace_period_seconds integer not null default 0 check (grace_period_seconds >= 0),
  warn_ratios numeric(5, 4)[] not null default '{0.8,1}'
    check (cardinality(warn_ratios) <= 10 and array_position(warn_ratios, null) is null),
  primary key (plan_id, meter_id, period)
);

create index plan_meter_limits_meter_id_idx on public.plan_meter_limits (meter_id);

comment on table public.plan_meter_limits is 'How much of a meter a plan includes. A meter without a row is not in the plan.';
comment on column public.plan_meter_limits.period is 'day: of the organization''s time zone. month: its billing period. none: a level, never reset.';
comment on column public.plan_meter_limits.scope is 'Whether the organization shares the limit or each user has one.';
comment on column public.plan_meter_limits.limit_amount is 'Null is unlimited, 0 is blocked.';
comment on column public.plan_meter_limits.is_hard is 'True refuses what goes beyond; false only warns.';
comment on column public.plan_meter_limits.burst_amount is 'How far beyond a hard limit use may go.';
comment on column public.plan_meter_limits.grace_period_seconds is 'For how long from the first use beyond a hard limit it may go on; without a burst by any amount, with one so far.';
comment on column public.plan_meter_limits.warn_ratios is 'Parts of the limit from which on answers carry a warning.';

create table public.quota_overrides (
  organization_id uuid not null references auth.organizations on delete cascade,
  id uuid not null default uuidv7(),
  meter_id text not null references public.meters on delete cascade,
  user_id uuid references auth.users on delete cascade,
  period text not null check (period in ('day', 'month', 'none')),
  limit_amount numeric(24, 4) check (limit_amount >= 0),
  reason text not null check (length(reason) between 1 and 500),
  expires_at timestamptz not null default 'infinity',
  actor jsonb not null,
  created_at timestamptz not null,
  removed_at timestamptz,
  removed_by jsonb,
  primary key (organization_id, id),
  check (expires_at > created_at)
);

create index quota_overrides_in_force_idx
  on public.quota_overrides (organization_id, meter_id, created_at) where removed_at is null;
create index quota_overrides_meter_id_idx on public.quota_overrides (meter_id);
create index quota_overrides_user_id_idx on public.quota_overrides (user_id);

comment on table public.quota_overrides is 'Limits that platform admins set for one organization or user in place of the plan''s. The newest in force counts; when it ends, the one before does again.';
comment on column public.quota_overrides.user_id is 'Null: in place of the limit of all. Else in place of it for this user, who is then measured alone.';
comment on column public.quota_overrides.limit_amount is 'Null is unlimited, 0 is blocked.';
comment on column public.quota_overrides.expires_at is 'Counts until just before this moment.';
comment on column public.quota_overrides.actor is 'Who set it, as known at the time.';
comment on column public.quota_overrides.removed_at is 'When it was taken back before its end.';
comment on column public.quota_overrides.removed_by is 'Who took it back, as known at the time.';

create table public.member_caps (
  organization_id uuid not null references auth.organizations on delete cascade,
  user_id uuid not null references auth.users on delete cascade,
  meter_id text not null,
  period text not null default 'month' check (period in ('day', 'month', 'none')),
  limit_amount numeric(24, 4) not null check (limit_amount >= 0),
  updated_by_user_id uuid references auth.users on delete set null,
  updated_at timestamptz not null default current_timestamp,
  primary key (organization_id, user_id, meter_id, period)
);

create index member_caps_user_id_idx on public.member_caps (user_id);
create index member_caps_updated_by_user_id_idx on public.member_caps (updated_by_user_id);

comment on table public.member_caps is 'What owners and admins allow a member at most, on top of all other limits.';
comment on column public.member_caps.meter_id is 'A meter, or credits.';
comment on column public.member_caps.period is 'As in plan_meter_limits; credits have day and month.';
comment on column public.member_caps.limit_amount is 'Always hard; 0 blocks.';

create table public.quota_usages (
  organization_id uuid not null,
  meter_id text not null,
  user_id uuid not null,
  period text not null check (period in ('day', 'month', 'none')),
  period_start timestamptz not null,
  period_end timestamptz not null,
  day date,
  used_amount numeric(24, 4) not null default 0 check (used_amount >= 0),
  held_amount numeric(24, 4) not null default 0 check (held_amount >= 0),
  over_limit_at timestamptz,
  primary key (organization_id, meter_id, user_id, period, period_start),
  check ((day is not null) = (period = 'day'))
) with (fillfactor = 50);

-- For the statistics of the platform. What it has never changes, so counting does not touch it.
create index quota_usages_day_idx on public.quota_usages (day)
  where period = 'day' and user_id = '00000000-0000-0000-0000-000000000000';

comment on table public.quota_usages is 'Counters that limits are checked against. What has no row is zero.';
comment on column public.quota_usages.meter_id is 'A meter, or credits of members with a cap.';
comment on column public.quota_usages.user_id is 'The user, or 00000000-0000-0000-0000-000000000000 for all of the organization.';
comment on column public.quota_usages.period_start is '-infinity for a level.';
comment on column public.quota_usages.period_end is 'When counting begins again; infinity for a level.';
comment on column public.quota_usages.day is 'Of a daily counter: the day, in the organization''s time zone.';
comment on column public.quota_usages.held_amount is 'Held by open reservations.';
comment on column public.quota_usages.over_limit_at is 'When use first went beyond a limit with a grace period; null while it is within.';

create table public.usage_ledger (
  organization_id uuid not null,
  sequence bigint not null generated always as identity,
  id uuid not null default uuidv7(),
  meter_id text not null,
  user_id uuid,
  amount numeric(24, 4) not null check (amount <> 0),
  source text not null check (source in ('consumed', 'recorded', 'settled', 'session')),
  day date not null,
  period_start timestamptz not null,
  event_at timestamptz not null,
  created_at timestamptz not null,
  reservation_id uuid,
  idempotency_key text check (length(idempotency_key) between 1 and 200),
  request_fingerprint bytea,
  decision jsonb not null,
  metadata jsonb,
  primary key (organization_id, sequence),
  check ((source = 'settled') = (reservation_id is not null))
);

create unique index usage_ledger_idempotency_key
  on public.usage_ledger (idempotency_key, organization_id) where idempotency_key is not null;

comment on table public.usage_ledger is 'Every recorded use of a meter, never changed.';
comment on column public.usage_ledger.sequence is 'In order of commit within an organization, with gaps: the cursor for streams.';
comment on column public.usage_ledger.user_id is 'Who used it; null for a program of the organization.';
comment on column public.usage_ledger.amount is 'Used (positive), or given back of a level (negative).';
comment on column public.usage_ledger.source is 'consumed: allowed and counted in one step. recorded: told afterwards. settled: line of a reservation. session: minutes of a session.';
comment on column public.usage_ledger.day is 'Day of the use in the organization''s time zone, as that was when it was written.';
comment on column public.usage_ledger.period_start is 'Start of the billing period in which it counts: the one that was open when it was written.';
comment on column public.usage_ledger.event_at is 'When it happened.';
comment on column public.usage_ledger.created_at is 'When it was written.';
comment on column public.usage_ledger.decision is 'The limit that was closest, with what was used and left: the answer that a replay gives again.';
comment on column public.usage_ledger.metadata is 'What it was for, as the caller told.';

create table public.usage_daily (
  organization_id uuid not null,
  meter_id text not null,
  day date not null,
  user_id uuid not null,
  used_amount numeric(24, 4) not null,
  entries integer not null check (entries > 0),
  primary key (organization_id, meter_id, day, user_id)
) with (fillfactor = 50);

-- For the statistics of the platform, of levels.
create index usage_daily_meter_id_day_idx on public.usage_daily (meter_id, day);

comment on table public.usage_daily is 'The usage ledger summed by day and user, equal to it at every commit.';
comment on column public.usage_daily.user_id is 'The user, or 00000000-0000-0000-0000-000000000000 for a program of the organization.';
comment on column public.usage_daily.entries is 'Rows of the ledger.';

create table public.quota_holds (
  organization_id uuid not null,
  reservation_id uuid not null,
  meter_id text not null,
  user_id uuid,
  held_amount numeric(24, 4) not null check (held_amount > 0),
  actual_amount numeric(24, 4) check (actual_amount >= 0),
  status text not null default 'held' check (status in ('held', 'booked', 'released', 'expired')),
  day date not null,
  day_start timestamptz not null,
  period_start timestamptz not null,
  created_at timestamptz not null,
  closed_at timestamptz,
  primary key (organization_id, reservation_id, meter_id),
  check ((closed_at is null) = (status = 'held'))
) with (fillfactor = 70);

comment on table public.quota_holds is 'Meters held together with the credits of a reservation, and closed with it.';
comment on column public.quota_holds.actual_amount is 'What was really used, if the settlement told; else what was held is booked.';
comment on column public.quota_holds.day is 'The day that it counts in, whenever it ends: the one in which it was held.';
comment on column public.quota_holds.day_start is 'When that day began.';
comment on column public.quota_holds.period_start is 'The billing period that it counts in: the one in which it was held.';

-- Credits are rolled up behind their ledger, so that settling costs nothing more: rows up to the mark
-- are in the roll-up, a query adds the ones after it.
create table public.credit_usage_daily (
  organization_id uuid not null,
  dimension text not null
    check (dimension in ('none', 'capability', 'level', 'model', 'member')),
  day date not null,
  key text not null,
  used_credits numeric(14, 2) not null,
  entries integer not null check (entries > 0),
  primary key (organization_id, dimension, day, key)
) with (fillfactor = 50);

-- For the statistics of the platform.
create index credit_usage_daily_day_idx
  on public.credit_usage_daily (day) where dimension = 'none';

comment on table public.credit_usage_daily is 'Charges of the credit ledger summed by day, up to the mark in credit_usage_folds, once for each way to break them down. Refunds are not taken off: used stays used.';
comment on column public.credit_usage_daily.dimension is 'What key is: a capability, level, model or member; none is all together.';
comment on column public.credit_usage_daily.key is 'Empty where none was told.';
comment on column public.credit_usage_daily.entries is 'Rows of the ledger: one for each grant that a charge drew on.';

create table private.credit_usage_folds (
  organization_id uuid primary key,
  folded_sequence bigint not null
);

comment on table private.credit_usage_folds is 'Up to which row of the credit ledger an organization''s roll-up goes.';

-- Flags on the rows that the gate reads anyway: who has no lines and no caps pays nothing for them.
alter table private.credit_holds
  add column has_quota_lines boolean not null default false,
  add column is_capped boolean not null default false;
alter table public.organization_credit_balances
  add column has_member_caps boolean not null default false;

comment on column private.credit_holds.has_quota_lines is 'Whether meters were held with it (quota_holds).';
comment on column private.credit_holds.is_capped is 'Whether it counts against a cap of its member.';
comment on column public.organization_credit_balances.has_member_caps is 'Whether any member has a cap on credits.';

-- An item of consume_quota, record_usage, a settlement's lines or a session: what it asks, what the
-- limits say, and what was decided.
create type private.usage_entry as (
  item integer,
  organization_id uuid,
  user_id uuid,
  meter_id text,
  kind text,
  amount numeric,
  source text,
  event_at timestamptz,
  day date,
  day_start timestamptz,
  day_end timestamptz,
  period_start timestamptz,
  period_end timestamptz,
  reservation_id uuid,
  idempotency_key text,
  request_fingerprint bytea,
  metadata jsonb,
  id uuid,
  outcome text,
  decision jsonb
);

comment on type private.usage_entry is 'A use of a meter on its way into the books.';

revoke all on public.meters, public.plan_meter_limits, public.quota_overrides, public.member_caps,
  public.quota_usages, public.usage_ledger, public.usage_daily, public.quota_holds,
  public.credit_usage_daily, private.credit_usage_folds from public;
grant select on public.meters, public.plan_meter_limits, public.quota_overrides, public.member_caps,
  public.quota_usages, public.usage_ledger, public.usage_daily, public.quota_holds,
  public.credit_usage_daily to purser_api, purser_hasura;
grant insert, update, delete on public.member_caps to purser_hasura;

-- Shapes of the answers of the dashboard's functions, which Hasura wants to be relations; without rows
-- of their own.
create view public.usage_points as
select
  null::uuid as organization_id, null::text as meter_id, null::date as day, null::text as breakdown,
  null::text as key, null::text as label, null::uuid as user_id, null::numeric as amount,
  null::numeric as level_amount, null::bigint as entries
where false;

comment on view public.usage_points is 'Shape of usage_series: how much on which day, zero where nothing was recorded.';
comment on column public.usage_points.day is 'In the organization''s time zone.';
comment on column public.usage_points.breakdown is 'none, capability, level, model or member.';
comment on column public.usage_points.key is 'The capability, level, model or user; null where none was told; other for all beyond the largest 20.';
comment on column public.usage_points.user_id is 'Of a breakdown by member: who; members see their own.';
comment on column public.usage_points.amount is 'Used on that day; of a level the change.';
comment on column public.usage_points.level_amount is 'Of a level: what was there at the end of the day.';

create view public.quota_positions as
select
  null::uuid as organization_id, null::text as meter_id, null::uuid as user_id, null::text as name,
  null::text as unit, null::text as kind, null::text as scope, null::text as level,
  null::text as period, null::timestamptz as period_start, null::timestamptz as resets_at,
  null::numeric as limit_amount, null::numeric as used_amount, null::numeric as held_amount,
  null::numeric as remaining_amount, null::numeric as utilization, null::numeric as warning,
  null::boolean as is_hard, null::jsonb as source
where false;

comment on view public.quota_positions is 'Shape of usage_summary, remaining_quota and nearing_quota: the closest limit of a meter with what is used of it. Credits are a row as well.';
comment on column public.quota_positions.user_id is 'Whose limit it is; null for that of the organization. Members see their own.';
comment on column public.quota_positions.scope is 'organization or user: whose use is measured.';
comment on column public.quota_positions.level is 'plan, override or member_cap; balance for credits.';
comment on column public.quota_positions.limit_amount is 'Null is unlimited. Of credits: what there was to use in this period.';
comment on column public.quota_positions.held_amount is 'Held by open reservations.';
comment on column public.quota_positions.utilization is 'Used and held as a part of the limit, 1 is all; null when unlimited.';
comment on column public.quota_positions.warning is 'The highest part of the limit at which the plan warns that is reached.';
comment on column public.quota_positions.source is 'Where the limit comes from, as explain_quota tells it.';

create view public.usage_period_totals as
select
  null::uuid as organization_id, null::text as meter_id, null::timestamptz as period_start,
  null::timestamptz as period_end, null::boolean as is_current, null::numeric as used_amount
where false;

comment on view public.usage_period_totals is 'Shape of usage_by_period: what was used in each billing period, zero where nothing was recorded.';

create view public.usage_ranks as
select
  null::uuid as organization_id, null::text as meter_id, null::integer as place, null::text as key,
  null::text as label, null::uuid as user_id, null::numeric as amount, null::numeric as share,
  null::bigint as entries
where false;

comment on view public.usage_ranks is 'Shape of top_members and top_capabilities: the largest first.';
comment on column public.usage_ranks.key is 'The user or capability; null where none was told.';
comment on column public.usage_ranks.user_id is 'Of top_members: who; members see their own.';
comment on column public.usage_ranks.share is 'Part of all use, 1 is all.';

create view public.credit_forecasts as
select
  null::uuid as organization_id, null::numeric as available_credits,
  null::numeric as credits_per_day, null::integer as days_of_history, null::date as exhausted_on,
  null::date as earliest_on, null::date as latest_on, null::timestamptz as period_end,
  null::boolean as ends_before_renewal, null::numeric as used_credits,
  null::numeric as projected_used_credits, null::numeric as shortfall_credits,
  null::numeric as plan_price_usd, null::numeric as projected_cost_usd, null::text as method
where false;

comment on view public.credit_forecasts is 'Shape of credit_forecast: when the credits end and what the period will cost, if use goes on as it was.';
comment on column public.credit_forecasts.credits_per_day is 'Mean of the last 28 full days, or of as many as there were.';
comment on column public.credit_forecasts.exhausted_on is 'Null: not within a year.';
comment on column public.credit_forecasts.earliest_on is 'Beginning of the interval that holds the day with a probability of 80 %.';
comment on column public.credit_forecasts.latest_on is 'End of that interval; null: not within a year.';
comment on column public.credit_forecasts.ends_before_renewal is 'Whether that is before the period ends and new credits come.';
comment on column public.credit_forecasts.used_credits is 'In this period until now.';
comment on column public.credit_forecasts.projected_used_credits is 'In this period until its end.';
comment on column public.credit_forecasts.shortfall_credits is 'What would be missing until the period ends.';
comment on column public.credit_forecasts.projected_cost_usd is 'The plan, and the shortfall at the cheapest package; null when the plan sells none.';
comment on column public.credit_forecasts.method is 'How it was made, for people.';

create view public.platform_usage_statistics as
select
  null::text as meter_id, null::bigint as organizations, null::numeric as total_amount,
  null::numeric as mean_amount, null::numeric as median_amount, null::numeric as p95_amount,
  null::numeric as largest_amount, null::bigint as organizations_over_limit
where false;

comment on view public.platform_usage_statistics is 'Shape of aggregate_statistics: use of all organizations.';
comment on column public.platform_usage_statistics.organizations is 'That used the meter at all; the means are over these.';
comment on column public.platform_usage_statistics.organizations_over_limit is 'Now at or beyond a limit of the whole organization.';

revoke all on public.usage_points, public.quota_positions, public.usage_period_totals,
  public.usage_ranks, public.credit_forecasts, public.platform_usage_statistics from public;
grant select on public.usage_points, public.quota_positions, public.usage_period_totals,
  public.usage_ranks, public.credit_forecasts, public.platform_usage_statistics
  to purser_api, purser_hasura;
