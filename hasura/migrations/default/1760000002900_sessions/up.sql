-- Metered live sessions. A session is leased, not timed: each sign of life from the client counts what
-- was used since the last one and promises the next seconds, within the minutes that are left. So
-- minutes end at the limit without the client's help, and nobody pays for a browser that has died.
-- Written only behind the gate of the organization (private.lock_balances), in whole seconds; a
-- heartbeat changes no indexed column, so its updates stay heap-only.

alter table public.plans
  add column session_minute_price_credits numeric(14, 2) check (session_minute_price_credits > 0),
  add column session_maximum_minutes integer not null default 240
    check (session_maximum_minutes between 1 and 1440);

comment on column public.plans.session_minute_price_credits is 'Price of a minute of a live session beyond the plan''s minutes; null: none can be bought.';
comment on column public.plans.session_maximum_minutes is 'A session ends as timeout after so many minutes, so that a forgotten one does not run for ever.';

create table public.session_settings (
  organization_id uuid primary key references auth.organizations on delete cascade,
  buy_minutes_with_credits boolean not null default false,
  updated_by_user_id uuid references auth.users on delete set null,
  updated_at timestamptz not null default current_timestamp
);

create index session_settings_updated_by_user_id_idx on public.session_settings (updated_by_user_id);

comment on table public.session_settings is 'What owners and admins decide about live sessions. No row is the default.';
comment on column public.session_settings.buy_minutes_with_credits is 'Whether sessions go on for credits when the minutes of the plan are used up; the plan sets the price, if it sells any.';

create table private.metered_sessions (
  organization_id uuid not null,
  id uuid not null default uuidv7(),
  user_id uuid not null,
  topic text check (length(topic) between 1 and 200),
  difficulty text check (difficulty in ('beginner', 'intermediate', 'advanced')),
  status text not null default 'active' check (status in ('active', 'ended')),
  end_reason text
    check (end_reason in ('user_ended', 'limit_reached', 'timeout', 'error', 'stale')),
  started_at timestamptz not null,
  last_heartbeat_at timestamptz not null,
  lease_expires_at timestamptz not null,
  included_until timestamptz not null,
  limit_at timestamptz not null,
  timeout_at timestamptz not null,
  stale_at timestamptz not null,
  ended_at timestamptz,
  used_seconds integer not null default 0 check (used_seconds >= 0),
  bought_seconds integer not null default 0 check (bought_seconds between 0 and used_seconds),
  charged_credits numeric(14, 2) not null default 0 check (charged_credits >= 0),
  hold_reservation_id uuid,
  hold_seconds integer not null default 0 check (hold_seconds >= 0),
  hold_used_seconds integer not null default 0,
  hold_price_credits numeric(14, 2) check (hold_price_credits > 0),
  token_window_start timestamptz not null default '-infinity',
  tokens_in_window integer not null default 0 check (tokens_in_window >= 0),
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  request_fingerprint bytea not null,
  primary key (organization_id, id),
  check ((status = 'ended') = (ended_at is not null)),
  check ((status = 'ended') = (end_reason is not null)),
  check (last_heartbeat_at between started_at and lease_expires_at),
  check (lease_expires_at <= least(limit_at, timeout_at)),
  check (hold_used_seconds between 0 and hold_seconds),
  check ((hold_reservation_id is null) = (hold_seconds = 0)),
  check ((hold_reservation_id is null) = (hold_price_credits is null))
) with (fillfactor = 50);

create unique index metered_sessions_active
  on private.metered_sessions (organization_id, user_id) where status = 'active';
create unique index metered_sessions_idempotency_key
  on private.metered_sessions (organization_id, idempotency_key);

comment on table private.metered_sessions is 'Live sessions as they were left by the last move; what they are at a moment, public.session_state tells.';
comment on column private.metered_sessions.last_heartbeat_at is 'Last sign of life; everything until then has been counted.';
comment on column private.metered_sessions.lease_expires_at is 'How far use is promised. Time after it, until the next sign of life, is neither usable nor charged.';
comment on column private.metered_sessions.included_until is 'Use of the lease before this moment takes minutes of the plan, later use takes bought ones.';
comment on column private.metered_sessions.limit_at is 'When the minutes end if they are used without a pause; infinity when they do not.';
comment on column private.metered_sessions.stale_at is 'When the session has ended for lack of heartbeats, unless one comes before.';
comment on column private.metered_sessions.bought_seconds is 'Part of used_seconds that was paid for with credits.';
comment on column private.metered_sessions.hold_reservation_id is 'Open hold of credits for the next bought seconds.';
comment on column private.metered_sessions.hold_seconds is 'What the open hold pays for.';
comment on column private.metered_sessions.hold_price_credits is 'Price of a minute, as it was when the hold was made.';
comment on column private.metered_sessions.tokens_in_window is 'Realtime tokens given in the minute from token_window_start.';

create table public.usage_periods (
  organization_id uuid not null,
  user_id uuid not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  plan_id text not null,
  used_seconds integer not null default 0 check (used_seconds >= 0),
  -- Begun hundredths of a minute count as whole ones; what remains is rounded down. So both add up.
  used_minutes numeric(14, 2) not null
    generated always as ((used_seconds * 5 + 2) / 3 / 100.0) stored,
  limit_minutes numeric(24, 4) check (limit_minutes >= 0),
  bought_seconds integer not null default 0 check (bought_seconds >= 0),
  bought_minutes numeric(14, 2) not null
    generated always as ((bought_seconds * 5 + 2) / 3 / 100.0) stored,
  booked_minutes numeric(24, 4) not null default 0 check (booked_minutes >= 0),
  sessions integer not null default 0 check (sessions >= 0),
  archived_at timestamptz,
  primary key (organization_id, user_id, period_start),
  check (period_end > period_start)
) with (fillfactor = 50);

create index usage_periods_open_idx on public.usage_periods (period_end) where archived_at is null;

comment on table public.usage_periods is 'Minutes of live sessions, a row for each user and period in which there were any.';
comment on column public.usage_periods.plan_id is 'The plan at the last session of the period.';
comment on column public.usage_periods.used_seconds is 'Used of the minutes of the plan, exactly.';
comment on column public.usage_periods.used_minutes is 'The same in minutes, rounded up to hundredths.';
comment on column public.usage_periods.limit_minutes is 'The limit that was the closest; null is unlimited.';
comment on column public.usage_periods.bought_seconds is 'Used beyond the plan and paid for with credits, exactly.';
comment on column public.usage_periods.bought_minutes is 'The same in minutes, rounded up to hundredths.';
comment on column public.usage_periods.booked_minutes is 'What of used_seconds is in the usage ledger; the rest follows within a minute of use.';
comment on column public.usage_periods.sessions is 'Sessions that began in the period.';
comment on column public.usage_periods.archived_at is 'When the period was closed; from then on the row does not change.';

-- What the functions of sessions answer: the outcome, the session, and what is left of the minutes.
create type private.session_answer as (
  outcome text,
  session_id uuid,
  user_id uuid,
  topic text,
  difficulty text,
  status text,
  end_reason text,
  started_at timestamptz,
  last_heartbeat_at timestamptz,
  ended_at timestamptz,
  used_seconds integer,
  bought_seconds integer,
  charged_credits numeric,
  lease_expires_at timestamptz,
  limit_at timestamptz,
  remaining_seconds integer,
  minute_price_credits numeric,
  period_used_seconds integer,
  period_start timestamptz,
  period_end timestamptz,
  bound_by text,
  limit_minutes numeric,
  limit_used_minutes numeric,
  resets_at timestamptz,
  required_credits numeric,
  available_credits numeric,
  retry_after_seconds integer,
  token_expires_at timestamptz
);

comment on type private.session_answer is 'A session as it is now with what is left of the minutes; of a refusal, why.';

revoke all on public.session_settings, public.usage_periods, private.metered_sessions from public;
grant select on public.session_settings, public.usage_periods to purser_api, purser_hasura;
grant insert, update, delete on public.session_settings to purser_hasura;
