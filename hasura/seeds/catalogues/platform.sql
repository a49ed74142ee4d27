-- Demo catalogue: platform quotas. An AI platform that counts tokens by the day, storage as it is,
-- and the minutes that agents run.

insert into public.plans
  (id, name, description, rank, price_usd_monthly, monthly_ai_credits, overdraft_credits,
   rollover_credits, topup_allowed, pay_as_you_go_allowed, session_minute_price_credits, features)
values
  ('free', 'Free', 'To look around.', 1, 0, 10, 2, 0, false, false, null,
   '["1,000 tokens a day", "1 GiB of storage", "10 credits a month"]'),
  ('pro', 'Basic', 'For one team in production.', 2, 20, 200, 2, 0, true, true, null,
   '["50,000 tokens a day", "10 GiB of storage", "60 agent minutes a month", "200 credits a month"]'),
  ('team', 'Pro', 'Without quotas.', 3, 200, 2000, 2, 0, true, true, null,
   '["Unlimited tokens, storage and agent minutes", "2,000 credits a month"]')
on conflict do nothing;

insert into public.meters (id, name, description, unit, kind, category, is_active)
values
  ('llm_tokens', 'LLM tokens', 'Tokens that language models read and wrote.', 'tokens', 'flow', 'ai', true),
  ('storage_bytes', 'Storage', 'What is stored at the moment.', 'bytes', 'level', 'storage', true),
  ('agent_minutes', 'Agent minutes', 'Minutes that agents ran.', 'minutes', 'flow', 'ai', true),
  ('session_minutes', 'Session minutes', 'Minutes of live sessions, for each user.', 'minutes', 'flow', 'sessions', false),
  ('letters', 'Letters', 'Letters written.', 'letters', 'flow', 'letters', false),
  ('emails', 'E-mails', 'Letters delivered by e-mail.', 'e-mails', 'flow', 'letters', false),
  ('mails', 'Mails', 'Letters printed and sent by post.', 'mails', 'flow', 'letters', false)
on conflict do nothing;

insert into public.plan_meter_limits (plan_id, meter_id, period, scope, limit_amount)
values
  ('free', 'llm_tokens', 'day', 'organization', 1000),
  ('free', 'storage_bytes', 'none', 'organization', 1073741824),
  ('free', 'agent_minutes', 'month', 'organization', 0),
  ('pro', 'llm_tokens', 'day', 'organization', 50000),
  ('pro', 'storage_bytes', 'none', 'organization', 10737418240),
  ('pro', 'agent_minutes', 'month', 'organization', 60),
  ('team', 'llm_tokens', 'day', 'organization', null),
  ('team', 'storage_bytes', 'none', 'organization', null),
  ('team', 'agent_minutes', 'month', 'organization', null)
on conflict do nothing;
