drop type private.session_answer;
drop table public.usage_periods, private.metered_sessions, public.session_settings;
alter table public.plans
  drop column session_minute_price_credits,
  drop column session_maximum_minutes;
