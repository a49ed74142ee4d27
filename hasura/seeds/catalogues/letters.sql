-- Demo catalogue: letters. Letters written with AI, sent by e-mail or printed and posted. Unlimited
-- means that there is no percentage to show; the largest plan keeps some unused credits.

insert into public.plans
  (id, name, description, rank, price_usd_monthly, monthly_ai_credits, overdraft_credits,
   rollover_credits, topup_allowed, pay_as_you_go_allowed, session_minute_price_credits, features)
values
  ('free', 'Free', 'To write a first letter.', 1, 0, 10, 2, 0, false, false, null,
   '["5 letters a month", "5 e-mails a month", "10 credits a month"]'),
  ('pro', 'Premium', 'For regular writers.', 2, 9, 100, 2, 0, true, true, null,
   '["100 letters a month", "100 e-mails a month", "3 mails a month", "100 credits a month"]'),
  ('team', 'Enterprise', 'For organizations that write every day.', 3, 49, 1000, 2, 10, true, true, null,
   '["Unlimited letters and e-mails", "10 mails a month", "1,000 credits a month", "10 unused credits roll over"]')
on conflict do nothing;

insert into public.meters (id, name, description, unit, kind, category, is_active)
values
  ('letters', 'Letters', 'Letters written.', 'letters', 'flow', 'letters', true),
  ('emails', 'E-mails', 'Letters delivered by e-mail.', 'e-mails', 'flow', 'letters', true),
  ('mails', 'Mails', 'Letters printed and sent by post.', 'mails', 'flow', 'letters', true),
  ('llm_tokens', 'LLM tokens', 'Tokens that language models read and wrote.', 'tokens', 'flow', 'ai', false),
  ('storage_bytes', 'Storage', 'What is stored at the moment.', 'bytes', 'level', 'storage', false),
  ('agent_minutes', 'Agent minutes', 'Minutes that agents ran.', 'minutes', 'flow', 'ai', false),
  ('session_minutes', 'Session minutes', 'Minutes of live sessions, for each user.', 'minutes', 'flow', 'sessions', false)
on conflict do nothing;

insert into public.plan_meter_limits (plan_id, meter_id, period, scope, limit_amount)
values
  ('free', 'letters', 'month', 'organization', 5),
  ('free', 'emails', 'month', 'organization', 5),
  ('free', 'mails', 'month', 'organization', 0),
  ('pro', 'letters', 'month', 'organization', 100),
  ('pro', 'emails', 'month', 'organization', 100),
  ('pro', 'mails', 'month', 'organization', 3),
  ('team', 'letters', 'month', 'organization', null),
  ('team', 'emails', 'month', 'organization', null),
  ('team', 'mails', 'month', 'organization', 10)
on conflict do nothing;
