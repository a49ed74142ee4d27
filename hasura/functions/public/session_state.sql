/*
 * What a live session is at a moment, from its row alone: the one place that tells when a session
 * ends by itself. Behind the gate and in the view alike, so that everybody gets the same answer, and
 * the job that writes it down changes nothing.
 *
 * limit_reached, timeout: the lease ran out together with the minutes or the longest time of a
 * session; all of the lease was used. stale: silent for too long; used until the last heartbeat.
 * Credits of an end that is not written down yet are charged when it is.
 */
create function public.session_state(
  p_session private.metered_sessions,
  p_at timestamptz
)
returns table (
  status text,
  end_reason text,
  ended_at timestamptz,
  used_seconds integer,
  bought_seconds integer,
  charged_credits numeric
)
language sql
immutable
parallel safe
as $$
  select
    case when coalesce(p_session.end_reason, due.end_reason) is null then 'active' else 'ended' end,
    coalesce(p_session.end_reason, due.end_reason),
    coalesce(p_session.ended_at, due.ended_at),
    p_session.used_seconds + due.seconds,
    p_session.bought_seconds + due.seconds_to_buy,
    p_session.charged_credits
  from (
    select
      ending.end_reason,
      case ending.end_reason
        when 'stale' then p_session.stale_at
        when 'limit_reached' then p_session.lease_expires_at
        when 'timeout' then p_session.lease_expires_at
      end as ended_at,
      case
        when ending.end_reason in ('limit_reached', 'timeout')
          then extract(epoch from p_session.lease_expires_at - p_session.last_heartbeat_at)::integer
        else 0
      end as seconds,
      case
        when ending.end_reason in ('limit_reached', 'timeout')
          and p_session.included_until < p_session.lease_expires_at
          then extract(
            epoch from p_session.lease_expires_at
              - greatest(p_session.included_until, p_session.last_heartbeat_at)
          )::integer
        else 0
      end as seconds_to_buy
    from (
      select case
        when p_session.status = 'ended' then null
        when p_session.limit_at <= least(p_session.lease_expires_at, p_at) then 'limit_reached'
        when p_session.timeout_at <= least(p_session.lease_expires_at, p_at) then 'timeout'
        when p_session.stale_at <= p_at then 'stale'
      end as end_reason
    ) as ending
  ) as due
$$;

comment on function public.session_state(private.metered_sessions, timestamptz)
  is 'What a live session is at a moment: active or ended, why, and what was used.';

grant execute on function public.session_state(private.metered_sessions, timestamptz)
  to purser_api, purser_hasura;
