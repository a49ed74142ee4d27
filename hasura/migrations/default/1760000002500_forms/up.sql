-- Forms of organizations through which customers use AI operations without signing in. Which
-- operations that may be is ai_capabilities.is_public. A token is signed and public (it stands in a
-- page); its row here is what makes it valid, so that it can be replaced and revoked at once.
create table public.form_tokens (
  organization_id uuid not null references auth.organizations on delete cascade,
  form_id text not null check (length(form_id) between 1 and 100),
  token_id uuid not null default gen_random_uuid(),
  generations_per_customer integer not null default 4 check (generations_per_customer between 0 and 4),
  generations_per_day integer not null default 100 check (generations_per_day between 0 and 100000),
  created_by uuid references auth.users on delete set null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (organization_id, form_id),
  check (expires_at > created_at)
);

create index form_tokens_created_by_idx on public.form_tokens (created_by);

comment on table public.form_tokens is 'Forms through which customers use AI operations, each with the one token that is valid for it.';
comment on column public.form_tokens.form_id is 'The organization''s own name for the form.';
comment on column public.form_tokens.token_id is 'Part of the signed token: a new token for the form ends the one before.';
comment on column public.form_tokens.generations_per_customer is 'How often one customer may generate in any 24 hours.';
comment on column public.form_tokens.generations_per_day is 'How often all customers together may in any 24 hours: who a customer is, only the form says.';
comment on column public.form_tokens.created_by is 'The member who asked for the token.';
comment on column public.form_tokens.expires_at is 'No generation from this moment on.';
comment on column public.form_tokens.revoked_at is 'No generation from this moment on.';

revoke all on public.form_tokens from public;
grant select on public.form_tokens to purser_api, purser_hasura;

-- What counts against the limits of a form, for 24 hours. Not for Hasura: nobody but the gate reads it.
create table private.form_generations (
  organization_id uuid not null,
  form_id text not null,
  customer_sha256 bytea not null check (length(customer_sha256) = 32),
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  created_at timestamptz not null,
  primary key (organization_id, form_id, idempotency_key),
  foreign key (organization_id, form_id) references public.form_tokens on delete cascade
);

create index form_generations_created_at_idx
  on private.form_generations (organization_id, form_id, created_at);

comment on table private.form_generations is 'Generations by customers of forms in the last 24 hours.';
comment on column private.form_generations.customer_sha256 is 'A digest: addresses of customers are not kept.';

revoke all on private.form_generations from public;
