drop table public.service_api_keys;
