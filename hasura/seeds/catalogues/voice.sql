-- Demo catalogue: voice. A language coach: live sessions by the minute, for each user. Minutes beyond
-- the plan cost credits where the organization allows it.

insert into public.plans
  (id, name, description, rank, price_usd_monthly, monthly_ai_credits, overdraft_credits,
   rollover_credits, topup_allowed, pay_as_you_go_allowed, session_minute_price_credits, features)
values
  ('free', 'Free', 'A first conversation.', 1, 0, 10, 2, 0, false, false, null,
   '["10 session minutes a month for each user"]'),
  ('pro', 'Basic', 'A few conversations a week.', 2, 12, 100, 2, 0, true, true, 2,
   '["100 session minutes a month for each user", "100 credits a month", "More minutes for credits"]'),
  ('team', 'Pro', 'A conversation every day.', 3, 39, 500, 2, 0, true, true, 2,
   '["500 session minutes a month for each user", "500 credits a month", "More minutes for credits"]')
on conflict do nothing;

insert into public.meters (id, name, description, unit, kind, category, is_active)
values
  ('session_minutes', 'Session minutes', 'Minutes of live sessions, for each user.', 'minutes', 'flow', 'sessions', true),
  ('llm_tokens', 'LLM tokens', 'Tokens that language models read and wrote.', 'tokens', 'flow', 'ai', false),
  ('storage_bytes', 'Storage', 'What is stored at the moment.', 'bytes', 'level', 'storage', false),
  ('agent_minutes', 'Agent minutes', 'Minutes that agents ran.', 'minutes', 'flow', 'ai', false),
  ('letters', 'Letters', 'Letters written.', 'letters', 'flow', 'letters', false),
  ('emails', 'E-mails', 'Letters delivered by e-mail.', 'e-mails', 'flow', 'letters', false),
  ('mails', 'Mails', 'Letters printed and sent by post.', 'mails', 'flow', 'letters', false)
on conflict do nothing;

insert into public.plan_meter_limits (plan_id, meter_id, period, scope, limit_amount)
values
  ('free', 'session_minutes', 'month', 'user', 10),
  ('pro', 'session_minutes', 'month', 'user', 100),
  ('team', 'session_minutes', 'month', 'user', 500)
on conflict do nothing;
