-- Keys with which a product's backend asks for service tokens, one organization each. The key itself
-- is shown once and never kept: it is 256 random bits, so its plain SHA-256 cannot be guessed back.
create table public.service_api_keys (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references auth.organizations on delete cascade,
  name text not null check (length(name) between 1 and 100),
  prefix text not null check (length(prefix) between 8 and 20),
  created_by uuid references auth.users on delete set null,
  created_at timestamptz not null default current_timestamp,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create index service_api_keys_organization_id_idx on public.service_api_keys (organization_id, created_at);
create index service_api_keys_created_by_idx on public.service_api_keys (created_by);

comment on table public.service_api_keys is 'API keys of a product''s backend. Exchanged for tokens of role service; the key itself is not kept.';
comment on column public.service_api_keys.name is 'Chosen by people, so that they know which program uses the key.';
comment on column public.service_api_keys.prefix is 'First characters of the key, shown so that people can tell keys apart.';
comment on column public.service_api_keys.created_by is 'The member who made the key. It belongs to the organization and stays when the member leaves.';
comment on column public.service_api_keys.last_used_at is 'When a token was last asked for, to five minutes.';
comment on column public.service_api_keys.revoked_at is 'From then on no token is given; tokens given before end within 15 minutes.';

revoke all on public.service_api_keys from public;
grant select, insert on public.service_api_keys to purser_api;
grant update (last_used_at, revoked_at) on public.service_api_keys to purser_api;
grant select on public.service_api_keys to purser_hasura;

-- Apart from the rows that Hasura serves: it reads whole rows (select *), so a column cannot be kept
-- from it by a grant on the others.
create table auth.service_api_key_hashes (
  key_id uuid primary key references public.service_api_keys on delete cascade,
  hash bytea not null unique check (length(hash) = 32)
);

comment on table auth.service_api_key_hashes is 'SHA-256 of each API key; readable by the api only.';

revoke all on auth.service_api_key_hashes from public;
grant select, insert on auth.service_api_key_hashes to purser_api;
