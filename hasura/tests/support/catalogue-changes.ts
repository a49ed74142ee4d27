import fc from 'fast-check'

/**
 * Changes of every table that an offer is made of, whatever is in it: `$1` and `$2` pick rows by chance,
 * `$3` is a time, `$4` a digit.
 */
const CHANGES = [
  `insert into public.plans (id, name, description, rank, price_usd_monthly, monthly_ai_credits)
   values ('plan_' || $4, 'Plan', 'For tests.', 1000 + $4, 0, 0) on conflict do nothing`,
  `delete from public.plans where id = 'plan_' || $4`,
  `insert into public.quality_levels (id, name, description, rank, credit_multiplier)
   values ('level_' || $4, 'Level', 'For tests.', $4 - 50, 1) on conflict do nothing`,
  `delete from public.quality_levels where id = 'level_' || $4`,
  `update public.quality_levels set rank = rank + case when $4 % 2 = 0 then 100 else -100 end
   where id = (select id from public.quality_levels order by md5(id || $1) limit 1)`,
  `insert into public.ai_capabilities (id, name, description, category)
   values ('capability_' || $4, 'Capability', 'For tests.', 'Tests') on conflict do nothing`,
  `update public.ai_capabilities set is_active = not is_active
   where id = (select id from public.ai_capabilities order by md5(id || $1) limit 1)`,
  `delete from public.ai_capabilities where id = 'capability_' || $4`,
  `insert into public.ai_capability_quality_levels
     (capability_id, quality_level_id, estimated_credits, effective_from, effective_to)
   select capability.id, level.id, 1 + $4,
     $3::timestamptz, case when $4 % 3 = 0 then $3::timestamptz + interval '20 days' end
   from public.ai_capabilities as capability, public.quality_levels as level
   order by md5(capability.id || $1), md5(level.id || $2) limit 2 on conflict do nothing`,
  `update public.ai_capability_quality_levels
   set effective_to = effective_from + interval '1 day' * (1 + $4)
   where capability_id = (select id from public.ai_capabilities order by md5(id || $1) limit 1)`,
  `delete from public.ai_capability_quality_levels
   where quality_level_id = (select id from public.quality_levels order by md5(id || $1) limit 1)
     and $4 % 4 = 0`,
  `insert into public.plan_ai_capabilities (plan_id, capability_id, requests_per_hour)
   select plan.id, capability.id, nullif($4, 5)
   from public.plans as plan, public.ai_capabilities as capability
   order by md5(plan.id || $1), md5(capability.id || $2) limit 2 on conflict do nothing`,
  `update public.plan_ai_capabilities
   set is_enabled = $4 % 3 <> 0, requests_per_minute = nullif($4, 1), requests_per_day = nullif($4, 2)
   where plan_id = (select id from public.plans order by md5(id || $1) limit 1)`,
  `delete from public.plan_ai_capabilities
   where plan_id = (select id from public.plans order by md5(id || $1) limit 1) and $4 % 4 = 0`,
  `insert into public.plan_ai_capability_quality_levels
   select plan_id, capability_id, level.id
   from public.plan_ai_capabilities, public.quality_levels as level
   order by md5(plan_id || capability_id || $1), md5(level.id || $2) limit 2 on conflict do nothing`,
  `delete from public.plan_ai_capability_quality_levels
   where quality_level_id = (select id from public.quality_levels order by md5(id || $1) limit 1)
     and $4 % 4 = 0`,
  `update public.llm_models set is_active = not is_active
   where id in (select id from public.llm_models order by md5(id || $1) limit 1 + $4 % 3)`,
  `insert into public.plan_quality_level_models
     (plan_id, capability_id, quality_level_id, preference, model_id, effective_from, effective_to)
   select plan_id, capability_id, quality_level_id, 1 + $4 % 3, model.id, $3::timestamptz,
     case when $4 % 2 = 0 then $3::timestamptz + interval '5 days' end
   from public.plan_ai_capability_quality_levels, public.llm_models as model
   order by md5(plan_id || capability_id || quality_level_id || $1), md5(model.id || $2)
   limit 2 on conflict do nothing`,
  `update public.plan_quality_level_models
   set effective_to = greatest($3::timestamptz, effective_from + interval '1 hour')
   where preference = 1 + $4 % 2 and md5(plan_id || capability_id || quality_level_id || $1) < '8'`,
  `delete from public.plan_quality_level_models where preference = 2 and $4 % 4 = 0`,
  'truncate public.plan_quality_level_models',
]

/** Any of them, ready to run. */
export const catalogueChange: fc.Arbitrary<string> = fc
  .record({
    statement: fc.constantFrom(...CHANGES),
    picks: fc.tuple(fc.nat(999), fc.nat(999)),
    days: fc.integer({ min: -40, max: 40 }),
    digit: fc.nat(9),
  })
  .map(({ statement, picks: [first, second], days, digit }) => {
    const at = new Date(Date.now() + days * 86_400_000).toISOString()
    const values = [`'${first}'`, `'${second}'`, `'${at}'`, `${digit}`]
    return statement.replace(/\$(\d)/g, (_, place: string) => values[Number(place) - 1] ?? '')
  })
