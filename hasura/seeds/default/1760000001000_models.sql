-- Models and what their providers charge, in US dollars per million tokens at the standard tier.
-- Source: the providers' public price pages (openai.com/api/pricing, claude.com/pricing,
-- ai.google.dev/gemini-api/docs/pricing) as of November 2025; Gemini 2.5 Pro for prompts up to
-- 200,000 tokens. A later price is a new row with its own effective_from.

insert into public.llm_models (id, provider, provider_model_id, name, context_window_tokens)
values
  ('openai/gpt-5-nano', 'openai', 'gpt-5-nano', 'GPT-5 nano', 400000),
  ('openai/gpt-5-mini', 'openai', 'gpt-5-mini', 'GPT-5 mini', 400000),
  ('openai/gpt-5', 'openai', 'gpt-5', 'GPT-5', 400000),
  ('anthropic/claude-haiku-4-5', 'anthropic', 'claude-haiku-4-5', 'Claude Haiku 4.5', 200000),
  ('anthropic/claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5', 'Claude Sonnet 4.5', 200000),
  ('anthropic/claude-opus-4-5', 'anthropic', 'claude-opus-4-5', 'Claude Opus 4.5', 200000),
  ('google/gemini-2.5-flash-lite', 'google', 'gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite', 1048576),
  ('google/gemini-2.5-flash', 'google', 'gemini-2.5-flash', 'Gemini 2.5 Flash', 1048576),
  ('google/gemini-2.5-pro', 'google', 'gemini-2.5-pro', 'Gemini 2.5 Pro', 1048576)
on conflict do nothing;

insert into public.llm_model_prices
  (model_id, input_usd_per_million_tokens, cached_input_usd_per_million_tokens,
   output_usd_per_million_tokens, effective_from)
values
  ('openai/gpt-5-nano', 0.05, 0.005, 0.40, '2025-01-01 00:00:00+00'),
  ('openai/gpt-5-mini', 0.25, 0.025, 2.00, '2025-01-01 00:00:00+00'),
  ('openai/gpt-5', 1.25, 0.125, 10.00, '2025-01-01 00:00:00+00'),
  ('anthropic/claude-haiku-4-5', 1.00, 0.10, 5.00, '2025-01-01 00:00:00+00'),
  ('anthropic/claude-sonnet-4-5', 3.00, 0.30, 15.00, '2025-01-01 00:00:00+00'),
  ('anthropic/claude-opus-4-5', 5.00, 0.50, 25.00, '2025-01-01 00:00:00+00'),
  ('google/gemini-2.5-flash-lite', 0.10, 0.01, 0.40, '2025-01-01 00:00:00+00'),
  ('google/gemini-2.5-flash', 0.30, 0.03, 2.50, '2025-01-01 00:00:00+00'),
  ('google/gemini-2.5-pro', 1.25, 0.125, 10.00, '2025-01-01 00:00:00+00')
on conflict do nothing;

-- The same order on every plan: a provider's outage moves on to another provider.
insert into public.plan_quality_level_models
  (plan_id, capability_id, quality_level_id, preference, model_id, effective_from)
select
  allowed.plan_id,
  allowed.capability_id,
  allowed.quality_level_id,
  served.preference,
  served.model_id,
  '2025-01-01 00:00:00+00'
from public.plan_ai_capability_quality_levels as allowed
join (
  values
    ('fast', 1, 'google/gemini-2.5-flash-lite'),
    ('fast', 2, 'openai/gpt-5-nano'),
    ('fast', 3, 'anthropic/claude-haiku-4-5'),
    ('enhanced', 1, 'openai/gpt-5-mini'),
    ('enhanced', 2, 'google/gemini-2.5-flash'),
    ('enhanced', 3, 'anthropic/claude-haiku-4-5'),
    ('premium', 1, 'openai/gpt-5'),
    ('premium', 2, 'anthropic/claude-sonnet-4-5'),
    ('premium', 3, 'google/gemini-2.5-pro')
) as served (quality_level_id, preference, model_id) using (quality_level_id)
on conflict do nothing;
