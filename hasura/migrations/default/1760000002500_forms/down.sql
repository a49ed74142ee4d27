drop table private.form_generations;
drop table public.form_tokens;
