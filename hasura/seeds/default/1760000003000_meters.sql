-- Meters and what the plans include of them. Seeds run at every start, so they add what is missing
-- and never change a row: an operator's own limits stay.

insert into public.meters (id, name, description, unit, kind, category)
values
  ('llm_tokens', 'LLM tokens', 'Tokens that language models read and wrote.', 'tokens', 'flow', 'ai'),
  ('storage_bytes', 'Storage', 'What is stored at the moment.', 'bytes', 'level', 'storage'),
  ('agent_minutes', 'Agent minutes', 'Minutes that agents ran.', 'minutes', 'flow', 'ai'),
  ('session_minutes', 'Session minutes', 'Minutes of live sessions, for each user.', 'minutes', 'flow',
   'sessions'),
  ('letters', 'Letters', 'Letters written.', 'letters', 'flow', 'letters'),
  ('emails', 'E-mails', 'Letters delivered by e-mail.', 'e-mails', 'flow', 'letters'),
  ('mails', 'Mails', 'Letters printed and sent by post.', 'mails', 'flow', 'letters')
on conflict do nothing;

-- Null is unlimited, 0 is blocked.
insert into public.plan_meter_limits (plan_id, meter_id, period, scope, limit_amount)
select included.plan_id, included.meter_id, included.period, included.scope, included.limit_amount
from (
  values
    ('free', 'llm_tokens', 'day', 'organization', 1000),
    ('free', 'storage_bytes', 'none', 'organization', 1073741824),
    ('free', 'agent_minutes', 'month', 'organization', 0),
    ('free', 'session_minutes', 'month', 'user', 10),
    ('free', 'letters', 'month', 'organization', 5),
    ('free', 'emails', 'month', 'organization', 5),
    ('free', 'mails', 'month', 'organization', 0),
    ('pro', 'llm_tokens', 'day', 'organization', 50000),
    ('pro', 'storage_bytes', 'none', 'organization', 10737418240),
    ('pro', 'agent_minutes', 'month', 'organization', 60),
    ('pro', 'session_minutes', 'month', 'user', 100),
    ('pro', 'letters', 'month', 'organization', 100),
    ('pro', 'emails', 'month', 'organization', 100),
    ('pro', 'mails', 'month', 'organization', 3),
    ('team', 'llm_tokens', 'day', 'organization', null),
    ('team', 'storage_bytes', 'none', 'organization', null),
    ('team', 'agent_minutes', 'month', 'organization', null),
    ('team', 'session_minutes', 'month', 'user', 500),
    ('team', 'letters', 'month', 'organization', null),
    ('team', 'emails', 'month', 'organization', null),
    ('team', 'mails', 'month', 'organization', 10)
) as included (plan_id, meter_id, period, scope, limit_amount)
join public.plans as plan on plan.id = included.plan_id
on conflict do nothing;
