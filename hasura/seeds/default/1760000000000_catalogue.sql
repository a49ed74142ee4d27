-- The catalogue as shipped. Seeds run at every start, so they add what is missing and never change
-- a row: an operator's own prices, limits and switches stay.

insert into public.plans
  (id, name, description, rank, price_usd_monthly, monthly_ai_credits, overdraft_credits,
   rollover_credits, topup_allowed, pay_as_you_go_allowed,
   session_minute_price_credits, features)
values
  ('free', 'Free', 'To try it out.', 1, 0, 10, 2, 0, false, false, null,
   '["10 credits a month", "Question suggestions at fast quality"]'),
  ('pro', 'Pro', 'For one product that uses AI every day.', 2, 29, 500, 2, 0, true, true, 2,
   '["500 credits a month", "All capabilities", "Fast and enhanced quality", "Top-ups"]'),
  ('team', 'Team', 'For teams that want the best answers, without rate limits.', 3, 99, 2000, 2, 10, true, true, 2,
   '["2,000 credits a month", "All capabilities", "All quality levels", "No rate limits", "Top-ups", "Unused credits roll over"]')
on conflict do nothing;

insert into public.quality_levels (id, name, description, rank, credit_multiplier)
values
  ('fast', 'Fast', 'Good answers at once and at the lowest price.', 1, 1),
  ('enhanced', 'Enhanced', 'Better wording and structure.', 2, 4),
  ('premium', 'Premium', 'The best models, for texts that matter.', 3, 10)
on conflict do nothing;

insert into public.ai_capabilities (id, name, description, category)
values
  ('question_generation', 'Suggest questions',
   'Questions to ask a customer, from the name and description of a product.', 'questions'),
  ('testimonial_assembly', 'Assemble testimonial',
   'A testimonial in the customer''s voice, from questions and answers.', 'testimonials'),
  ('testimonial_polish', 'Polish testimonial',
   'Better wording of a testimonial, with its meaning kept.', 'testimonials')
on conflict do nothing;

insert into public.ai_capability_quality_levels
  (capability_id, quality_level_id, estimated_credits, effective_from)
values
  ('question_generation', 'fast', 0.5, '2025-01-01 00:00:00+00'),
  ('question_generation', 'enhanced', 2, '2025-01-01 00:00:00+00'),
  ('question_generation', 'premium', 5, '2025-01-01 00:00:00+00'),
  ('testimonial_assembly', 'fast', 1, '2025-01-01 00:00:00+00'),
  ('testimonial_assembly', 'enhanced', 4, '2025-01-01 00:00:00+00'),
  ('testimonial_assembly', 'premium', 10, '2025-01-01 00:00:00+00'),
  ('testimonial_polish', 'fast', 0.5, '2025-01-01 00:00:00+00'),
  ('testimonial_polish', 'enhanced', 2, '2025-01-01 00:00:00+00'),
  ('testimonial_polish', 'premium', 5, '2025-01-01 00:00:00+00')
on conflict do nothing;

-- Null is unlimited. The free plan has question generation only.
insert into public.plan_ai_capabilities
  (plan_id, capability_id, requests_per_minute, requests_per_hour, requests_per_day)
values
  ('free', 'question_generation', 5, 10, 50),
  ('pro', 'question_generation', 30, 100, 500),
  ('pro', 'testimonial_assembly', 30, 100, 500),
  ('pro', 'testimonial_polish', 30, 100, 500),
  ('team', 'question_generation', null, null, null),
  ('team', 'testimonial_assembly', null, null, null),
  ('team', 'testimonial_polish', null, null, null)
on conflict do nothing;

insert into public.plan_ai_capability_quality_levels (plan_id, capability_id, quality_level_id)
values
  ('free', 'question_generation', 'fast'),
  ('pro', 'question_generation', 'fast'),
  ('pro', 'question_generation', 'enhanced'),
  ('pro', 'testimonial_assembly', 'fast'),
  ('pro', 'testimonial_assembly', 'enhanced'),
  ('pro', 'testimonial_polish', 'fast'),
  ('pro', 'testimonial_polish', 'enhanced'),
  ('team', 'question_generation', 'fast'),
  ('team', 'question_generation', 'enhanced'),
  ('team', 'question_generation', 'premium'),
  ('team', 'testimonial_assembly', 'fast'),
  ('team', 'testimonial_assembly', 'enhanced'),
  ('team', 'testimonial_assembly', 'premium'),
  ('team', 'testimonial_polish', 'fast'),
  ('team', 'testimonial_polish', 'enhanced'),
  ('team', 'testimonial_polish', 'premium')
on conflict do nothing;
