-- What an organization can buy and use: plans, capabilities, quality levels, models and prices.
-- Rows change rarely and are read with every request. Prices and mappings carry the time from
-- which they apply, so that history keeps what it was charged with.

create table public.plans (
  id text primary key check (id ~ '^[a-z][a-z0-9_]{0,49}$'),
  name text not null check (length(name) between 1 and 100),
  description text not null,
  rank integer not null unique,
  price_usd_monthly numeric(10, 2) not null check (price_usd_monthly >= 0),
  monthly_ai_credits numeric(14, 2) not null check (monthly_ai_credits >= 0),
  overdraft_credits numeric(14, 2) not null default 2.00 check (overdraft_credits >= 0),
  rollover_credits numeric(14, 2) not null default 0 check (rollover_credits >= 0),
  topup_allowed boolean not null default true,
  refund_policy text not null default 'unspent_only'
    check (refund_policy in ('unspent_only', 'debt')),
  dispute_policy text not null default 'unspent_only'
    check (dispute_policy in ('unspent_only', 'debt')),
  pay_as_you_go_allowed boolean not null default false,
  pay_as_you_go_credit_price_usd numeric(10, 4) not null default 0.0060
    check (pay_as_you_go_credit_price_usd > 0),
  upgrade_grant text not null default 'prorated' check (upgrade_grant in ('prorated', 'full')),
  trial_days integer not null default 0 check (trial_days between 0 and 730),
  trial_credits numeric(14, 2) not null default 0 check (trial_credits >= 0),
  grace_days integer not null default 7 check (grace_days between 0 and 60),
  features jsonb not null default '[]' check (jsonb_typeof(features) = 'array'),
  is_active boolean not null default true
);

comment on table public.plans is 'What an organization can subscribe to.';
comment on column public.plans.rank is 'Order from the smallest plan; a denial names the lowest rank that would allow the request.';
comment on column public.plans.price_usd_monthly is 'List price in US dollars a month, before tax.';
comment on column public.plans.monthly_ai_credits is 'Credits granted for each period; copied to the organization when it subscribes.';
comment on column public.plans.overdraft_credits is 'How far a charge above its hold may go below zero; the next grant repays it. No new hold counts on it.';
comment on column public.plans.rollover_credits is 'At most so many unused monthly credits are carried into the next period.';
comment on column public.plans.topup_allowed is 'Whether credits can be bought on this plan.';
comment on column public.plans.refund_policy is 'Credits of a refunded payment: unspent_only takes what is left of them; debt also takes other credits, and what is missing becomes a debt.';
comment on column public.plans.dispute_policy is 'The same for payments that a bank takes back.';
comment on column public.plans.pay_as_you_go_allowed is 'Whether an organization may switch on credits on account.';
comment on column public.plans.pay_as_you_go_credit_price_usd is 'Price of a credit on account, in US dollars.';
comment on column public.plans.upgrade_grant is 'What an upgrade to the plan grants at once: of the difference in monthly credits the share of the period that is left (prorated), or all of it (full).';
comment on column public.plans.trial_days is 'Length of the trial that an organization has once, with its first subscription; 0 is none.';
comment on column public.plans.trial_credits is 'Credits of the trial, instead of the monthly ones.';
comment on column public.plans.grace_days is 'How long AI goes on, on what is left of the old period, when a renewal is not paid.';
comment on column public.plans.features is 'Selling points for the plan page, an array of strings.';
comment on column public.plans.is_active is 'False: kept for those who have it, no longer offered.';

create table public.quality_levels (
  id text primary key check (id ~ '^[a-z][a-z0-9_]{0,49}$'),
  name text not null check (length(name) between 1 and 100),
  description text not null,
  rank integer not null unique,
  credit_multiplier numeric(6, 2) not null check (credit_multiplier > 0)
);

comment on table public.quality_levels is 'How good, and so how expensive, an answer shall be.';
comment on column public.quality_levels.rank is 'Order from the cheapest; the lowest allowed level serves when nothing else was chosen.';
comment on column public.quality_levels.credit_multiplier is 'Rough price compared with the cheapest level, for people to read; charges come from tokens.';

create table public.ai_capabilities (
  id text primary key check (id ~ '^[a-z][a-z0-9_]{0,49}$'),
  name text not null check (length(name) between 1 and 100),
  description text not null,
  category text not null check (length(category) between 1 and 50),
  is_active boolean not null default true,
  abort_policy text not null default 'charge_produced'
    check (abort_policy in ('charge_produced', 'charge_nothing', 'charge_estimate')),
  is_public boolean not null default false
);

comment on table public.ai_capabilities is 'What the AI can be asked to do. A new capability is a row here.';
comment on column public.ai_capabilities.category is 'Groups capabilities on pages and in statistics.';
comment on column public.ai_capabilities.is_active is 'False switches the capability off for everybody, as in an outage.';
comment on column public.ai_capabilities.abort_policy is 'What a caller pays who leaves in mid-stream: what was produced, nothing, or the estimate.';
comment on column public.ai_capabilities.is_public is 'Whether customers may use it through a form of the organization, within the limits of the form.';

create table public.ai_capability_quality_levels (
  capability_id text not null references public.ai_capabilities on delete cascade,
  quality_level_id text not null references public.quality_levels on delete cascade,
  estimated_credits numeric(14, 2) not null check (estimated_credits > 0),
  effective_from timestamptz not null default current_timestamp,
  effective_to timestamptz,
  primary key (capability_id, quality_level_id, effective_from),
  check (effective_to > effective_from)
);

create index ai_capability_quality_levels_quality_level_id_idx
  on public.ai_capability_quality_levels (quality_level_id);

comment on table public.ai_capability_quality_levels is 'Expected cost of a capability at a level: what is held before the work, and shown before it.';
comment on column public.ai_capability_quality_levels.estimated_credits is 'Credits held when the caller names no amount.';
comment on column public.ai_capability_quality_levels.effective_from is 'Applies from this moment on; of overlapping rows the latest applies.';
comment on column public.ai_capability_quality_levels.effective_to is 'Applies until just before this moment; null means until further notice.';

create table public.plan_ai_capabilities (
  plan_id text not null references public.plans on delete cascade,
  capability_id text not null references public.ai_capabilities on delete cascade,
  is_enabled boolean not null default true,
  requests_per_minute integer check (requests_per_minute >= 0),
  requests_per_hour integer check (requests_per_hour >= 0),
  requests_per_day integer check (requests_per_day >= 0),
  primary key (plan_id, capability_id)
);

create index plan_ai_capabilities_capability_id_idx on public.plan_ai_capabilities (capability_id);

comment on table public.plan_ai_capabilities is 'Which plan has which capability, and how often it may be used. Null is unlimited, 0 is blocked.';
comment on column public.plan_ai_capabilities.is_enabled is 'False keeps the row, and so its limits, but denies the capability.';
comment on column public.plan_ai_capabilities.requests_per_minute is 'In any 60 seconds, by the whole organization.';
comment on column public.plan_ai_capabilities.requests_per_hour is 'In any 60 minutes, by the whole organization.';
comment on column public.plan_ai_capabilities.requests_per_day is 'In a calendar day of UTC, by the whole organization.';

create table public.plan_ai_capability_quality_levels (
  plan_id text not null,
  capability_id text not null,
  quality_level_id text not null references public.quality_levels on delete cascade,
  primary key (plan_id, capability_id, quality_level_id),
  foreign key (plan_id, capability_id) references public.plan_ai_capabilities on delete cascade
);

create index plan_ai_capability_quality_levels_quality_level_id_idx
  on public.plan_ai_capability_quality_levels (quality_level_id);

comment on table public.plan_ai_capability_quality_levels is 'Levels that a plan allows for a capability: a row is a right.';

create table public.llm_models (
  id text primary key check (id ~ '^[a-z0-9-]+/[A-Za-z0-9._-]+$'),
  provider text not null check (provider in ('openai', 'anthropic', 'google')),
  provider_model_id text not null check (length(provider_model_id) between 1 and 100),
  name text not null check (length(name) between 1 and 100),
  context_window_tokens integer not null check (context_window_tokens > 0),
  is_active boolean not null default true,
  unique (provider, provider_model_id)
);

comment on table public.llm_models is 'Language models that can serve a quality level.';
comment on column public.llm_models.id is 'provider/model, as used everywhere inside Purser.';
comment on column public.llm_models.provider_model_id is 'The name by which the provider knows the model.';
comment on column public.llm_models.context_window_tokens is 'Input and output together, in tokens.';
comment on column public.llm_models.is_active is 'False: the next model in the order of preference serves.';

create table public.llm_model_prices (
  id bigint primary key generated by default as identity,
  model_id text not null references public.llm_models on delete cascade,
  input_usd_per_million_tokens numeric(12, 6) not null check (input_usd_per_million_tokens >= 0),
  cached_input_usd_per_million_tokens numeric(12, 6) not null
    check (cached_input_usd_per_million_tokens >= 0),
  output_usd_per_million_tokens numeric(12, 6) not null check (output_usd_per_million_tokens >= 0),
  effective_from timestamptz not null default current_timestamp,
  effective_to timestamptz,
  unique (model_id, effective_from),
  check (effective_to > effective_from)
);

comment on table public.llm_model_prices is 'What a provider charges us. A request is priced by the row in force when it was reserved.';
comment on column public.llm_model_prices.cached_input_usd_per_million_tokens is 'For input tokens that the provider served from its cache.';
comment on column public.llm_model_prices.output_usd_per_million_tokens is 'Output tokens, which include reasoning tokens.';

create table public.plan_quality_level_models (
  plan_id text not null,
  capability_id text not null,
  quality_level_id text not null,
  preference integer not null check (preference > 0),
  model_id text not null references public.llm_models,
  effective_from timestamptz not null default current_timestamp,
  effective_to timestamptz,
  primary key (plan_id, capability_id, quality_level_id, preference, effective_from),
  foreign key (plan_id, capability_id, quality_level_id)
    references public.plan_ai_capability_quality_levels on delete cascade,
  check (effective_to > effective_from)
);

create index plan_quality_level_models_model_id_idx on public.plan_quality_level_models (model_id);

comment on table public.plan_quality_level_models is 'Which models serve a level on a plan, in order; the next serves when a provider fails.';
comment on column public.plan_quality_level_models.preference is '1 is asked first.';

-- What the tables above offer, made from them by triggers (private.capability_offer tells how): a
-- request finds its offer by one probe. Between two changes of the catalogue time alone moves an offer
-- from one row to the next.
create table private.capability_offers (
  plan_id text not null,
  capability_id text not null,
  asked_level_id text not null,
  valid_from timestamptz not null,
  quality_level_id text,
  estimated_credits numeric(14, 2),
  model_id text,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  allowed_quality_levels text[] not null,
  denial text,
  primary key (plan_id, capability_id, asked_level_id, valid_from)
);

comment on table private.capability_offers is 'What each plan offers for each capability and level: the catalogue as a request needs it.';
comment on column private.capability_offers.asked_level_id is 'Empty when a request names none.';
comment on column private.capability_offers.valid_from is 'Applies until the next row begins; the first begins at -infinity.';
comment on column private.capability_offers.quality_level_id is 'Level that serves, or that a refusal shows.';
comment on column private.capability_offers.denial is 'Why the plan does not include it; null when it does.';

create table private.catalogue_changes (
  is_only boolean primary key default true check (is_only),
  change_count bigint not null
);

comment on table private.catalogue_changes is 'One row, which every change of the catalogue locks: offers are never made beside another change.';

create table public.org_plans (
  organization_id uuid primary key references auth.organizations on delete cascade,
  plan_id text not null references public.plans,
  monthly_ai_credits numeric(14, 2) not null check (monthly_ai_credits >= 0),
  overdraft_credits numeric(14, 2) not null check (overdraft_credits >= 0),
  status text not null default 'active'
    check (status in ('active', 'trialing', 'past_due', 'unpaid', 'paused', 'canceled')),
  period_start timestamptz not null,
  period_end timestamptz not null,
  anchor_day integer not null check (anchor_day between 1 and 31),
  time_zone text not null default 'UTC',
  pending_plan_id text references public.plans,
  pending_change_at timestamptz,
  stripe_customer_id text unique,
  stripe_subscription_id text unique,
  is_billed boolean not null generated always as (stripe_subscription_id is not null) stored,
  subscription_revision bigint not null default 0,
  period_line_id text,
  period_granted_credits numeric(14, 2) not null default 0,
  grace_ends_at timestamptz,
  trial_ends_at timestamptz,
  trial_used_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (period_end > period_start),
  check (pending_plan_id is null or pending_change_at is not null),
  check (grace_ends_at is null or stripe_subscription_id is not null)
)
-- A new period writes the row anew: with this much room it stays on its page, and as no index covers
-- what changes, none is written. Due periods are found through the balances.
with (fillfactor = 50);

create index org_plans_plan_id_idx on public.org_plans (plan_id);
create index org_plans_pending_plan_id_idx
  on public.org_plans (pending_plan_id) where pending_plan_id is not null;

comment on table public.org_plans is 'The subscription of an organization, one row each, made with the organization.';
comment on column public.org_plans.monthly_ai_credits is 'As agreed when the organization subscribed; a new price list does not change it.';
comment on column public.org_plans.overdraft_credits is 'As agreed when the organization subscribed.';
comment on column public.org_plans.status is 'active and trialing may use AI, past_due until grace_ends_at; unpaid, paused and canceled may not.';
comment on column public.org_plans.anchor_day is 'Day of the month on which periods begin; shorter months begin on their last day.';
comment on column public.org_plans.time_zone is 'Periods begin at the same local time of this zone.';
comment on column public.org_plans.pending_plan_id is 'Plan from pending_change_at on; null with a time set is a cancellation.';
comment on column public.org_plans.is_billed is 'Whether the plan is paid for by a subscription at the payment provider; its paid invoices begin the periods then.';
comment on column public.org_plans.subscription_revision is 'How often the state of the subscription was copied: a copy of what was read before another copy is refused.';
comment on column public.org_plans.period_line_id is 'The paid invoice line that began the period; null when the period was not paid for.';
comment on column public.org_plans.period_granted_credits is 'What the plan has given for this period, less what changes of the plan took back.';
comment on column public.org_plans.grace_ends_at is 'Until then a billed period stays open when its renewal is not paid; without new credits.';
comment on column public.org_plans.trial_ends_at is 'End of the running trial.';
comment on column public.org_plans.trial_used_at is 'When the organization had its trial; it has one.';

create table public.organization_quality_defaults (
  organization_id uuid not null references auth.organizations on delete cascade,
  capability_id text not null references public.ai_capabilities on delete cascade,
  quality_level_id text not null references public.quality_levels on delete cascade,
  updated_by_user_id uuid references auth.users on delete set null,
  updated_at timestamptz not null default current_timestamp,
  primary key (organization_id, capability_id)
);

create index organization_quality_defaults_capability_id_idx
  on public.organization_quality_defaults (capability_id);
create index organization_quality_defaults_quality_level_id_idx
  on public.organization_quality_defaults (quality_level_id);
create index organization_quality_defaults_updated_by_user_id_idx
  on public.organization_quality_defaults (updated_by_user_id);

comment on table public.organization_quality_defaults is 'Level that serves when a request names none, chosen by owners and admins.';

create view public.organization_allowed_quality_levels as
select
  subscription.organization_id,
  allowed.capability_id,
  allowed.quality_level_id,
  subscription.plan_id
from public.org_plans as subscription
join public.plan_ai_capability_quality_levels as allowed on allowed.plan_id = subscription.plan_id
join public.plan_ai_capabilities as capability
  on capability.plan_id = allowed.plan_id and capability.capability_id = allowed.capability_id
where capability.is_enabled;

comment on view public.organization_allowed_quality_levels is 'Levels that the plan of an organization allows, a row each.';

revoke all on all tables in schema public from public;
revoke all on private.capability_offers, private.catalogue_changes from public;
grant select on all tables in schema public to purser_api, purser_hasura;
grant insert, update, delete on public.organization_quality_defaults to purser_hasura;
