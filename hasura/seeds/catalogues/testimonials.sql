-- Demo catalogue: testimonials. An AI that asks customers questions and writes their testimonials,
-- paid with credits alone. The plans, levels and limits are those of the default seeds; what is
-- counted beside credits is switched off.

insert into public.meters (id, name, description, unit, kind, category, is_active)
values
  ('llm_tokens', 'LLM tokens', 'Tokens that language models read and wrote.', 'tokens', 'flow', 'ai', false),
  ('storage_bytes', 'Storage', 'What is stored at the moment.', 'bytes', 'level', 'storage', false),
  ('agent_minutes', 'Agent minutes', 'Minutes that agents ran.', 'minutes', 'flow', 'ai', false),
  ('session_minutes', 'Session minutes', 'Minutes of live sessions, for each user.', 'minutes', 'flow', 'sessions', false),
  ('letters', 'Letters', 'Letters written.', 'letters', 'flow', 'letters', false),
  ('emails', 'E-mails', 'Letters delivered by e-mail.', 'e-mails', 'flow', 'letters', false),
  ('mails', 'Mails', 'Letters printed and sent by post.', 'mails', 'flow', 'letters', false)
on conflict do nothing;
