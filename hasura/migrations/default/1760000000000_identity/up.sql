-- Identity: the tables of better-auth (exact version in api/package.json), in a schema of their own.
-- Columns and indexes are better-auth's own DDL in snake_case; api/tests/auth/drift.test.ts asks
-- better-auth whether anything is missing. What is added by hand is marked "added".
create schema auth;

comment on schema auth is 'Identity: users, sessions, organizations and their members, signing keys. Written by the api only.';

create table auth.users (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  -- added check: one address in two letter cases must not be two accounts
  email text not null unique constraint users_email_lower_case check (email = lower(email)),
  email_verified boolean not null,
  image text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp,
  platform_admin boolean not null default false
);

create table auth.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text not null unique,
  logo text,
  created_at timestamptz not null default current_timestamp,
  metadata text
);

create table auth.sessions (
  id uuid primary key default gen_random_uuid(),
  expires_at timestamptz not null,
  token text not null unique,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null,
  ip_address text,
  user_agent text,
  user_id uuid not null references auth.users (id) on delete cascade,
  -- added: uuid and foreign key, so that a deleted organization cannot stay active
  active_organization_id uuid references auth.organizations (id) on delete set null
);

create index sessions_user_id_idx on auth.sessions (user_id);
create index sessions_active_organization_id_idx on auth.sessions (active_organization_id); -- added, for the foreign key

create table auth.accounts (
  id uuid primary key default gen_random_uuid(),
  account_id text not null,
  provider_id text not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null,
  unique (provider_id, account_id) -- added
);

create index accounts_user_id_idx on auth.accounts (user_id);

create table auth.verifications (
  id uuid primary key default gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);

create index verifications_identifier_idx on auth.verifications (identifier);

create table auth.members (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references auth.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  -- added check: one role a member; a Hasura role is exactly this word
  role text not null constraint members_role_known check (role in ('owner', 'admin', 'member')),
  created_at timestamptz not null default current_timestamp,
  actor jsonb, -- added, kept by triggers: holds find it with the membership
  unique (organization_id, user_id) -- added: two accepted invitations must not make two memberships
);

create index members_organization_id_idx on auth.members (organization_id);
create index members_user_id_idx on auth.members (user_id);

create table auth.invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references auth.organizations (id) on delete cascade,
  email text not null,
  role text,
  status text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default current_timestamp,
  inviter_id uuid not null references auth.users (id) on delete cascade
);

create index invitations_organization_id_idx on auth.invitations (organization_id);
create index invitations_email_idx on auth.invitations (email);
create index invitations_inviter_id_idx on auth.invitations (inviter_id); -- added, for the foreign key

create table auth.jwks (
  id uuid primary key default gen_random_uuid(),
  public_key text not null,
  private_key text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  alg text,
  crv text
);

create table auth.rate_limits (
  id uuid primary key default gen_random_uuid(),
  key text not null unique,
  count integer not null,
  last_request bigint not null
);

comment on table auth.users is 'People who can sign in. platform_admin is granted in the database only, never by a client.';
comment on column auth.users.platform_admin is 'Operator of the whole installation: the next token carries the role platform_admin.';
comment on table auth.organizations is 'Customers. Everything that costs credits belongs to exactly one organization.';
comment on table auth.sessions is 'Sign-in sessions, with the organization that the next token is for.';
comment on column auth.sessions.active_organization_id is 'The organization of the next token; membership is checked again when the token is made.';
comment on table auth.accounts is 'How a user signs in: a password hash or an outside provider.';
comment on table auth.verifications is 'Short-lived tokens for confirming an address or resetting a password.';
comment on table auth.members is 'Who belongs to which organization, and as what: owner, admin or member.';
comment on column auth.members.actor is 'User, name and e-mail address as they are now; holds and charges keep a copy.';
comment on table auth.invitations is 'Open, accepted and refused invitations to an organization.';
comment on table auth.jwks is 'Keys that sign Hasura tokens (RS256); private keys are encrypted with BETTER_AUTH_SECRET.';
comment on table auth.rate_limits is 'Counters of attempts by address or account and route; last_request is the start of the window in milliseconds.';

-- The api owns identity; Hasura reads what it tracks and nothing that holds a secret.
grant usage on schema auth to purser_api, purser_hasura;
grant select, insert, update, delete on all tables in schema auth to purser_api;
grant select on auth.users, auth.organizations, auth.members to purser_hasura;
