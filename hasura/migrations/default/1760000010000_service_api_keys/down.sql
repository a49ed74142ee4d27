drop table auth.service_api_key_hashes;
drop table public.service_api_keys;
