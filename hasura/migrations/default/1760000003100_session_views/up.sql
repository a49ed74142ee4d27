-- Sessions as they are at the moment of asking: one whose limit has passed, or that was silent for too
-- long, is ended for everybody who asks, whether or not the job has come by.
create view public.usage_sessions as
select
  session.organization_id,
  session.id,
  session.user_id,
  session.topic,
  session.difficulty,
  state.status,
  state.end_reason,
  session.started_at,
  session.last_heartbeat_at,
  session.lease_expires_at,
  nullif(session.limit_at, 'infinity') as limit_at,
  state.ended_at,
  state.used_seconds,
  (state.used_seconds * 5 + 2) / 3 / 100.0 as used_minutes,
  state.bought_seconds,
  (state.bought_seconds * 5 + 2) / 3 / 100.0 as bought_minutes,
  state.charged_credits
from private.metered_sessions as session
cross join lateral public.session_state(
  session,
  coalesce(nullif(current_setting('purser.clock', true), '')::timestamptz, clock_timestamp())
) as state;

comment on view public.usage_sessions is 'Live sessions, as they are at the moment of asking.';
comment on column public.usage_sessions.lease_expires_at is 'How far use is promised; each heartbeat moves it on.';
comment on column public.usage_sessions.limit_at is 'When the minutes end if they are used without a pause; null when they do not.';
comment on column public.usage_sessions.used_seconds is 'Used until the last heartbeat, exactly.';
comment on column public.usage_sessions.used_minutes is 'The same in minutes, rounded up to hundredths.';
comment on column public.usage_sessions.bought_seconds is 'Part of used_seconds that was paid for with credits.';
comment on column public.usage_sessions.bought_minutes is 'The same in minutes, rounded up to hundredths.';
comment on column public.usage_sessions.charged_credits is 'Credits charged so far for bought minutes.';

revoke all on public.usage_sessions from public;
grant select on public.usage_sessions to purser_api, purser_hasura;
