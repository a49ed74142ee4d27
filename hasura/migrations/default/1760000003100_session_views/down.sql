drop view public.usage_sessions;
