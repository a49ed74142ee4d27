import type postgres from 'postgres'
import type { BenchDatabase } from './cluster.ts'
import { figuresOf, type Figures } from './figures.ts'

/** Below this a page that asks for all of them at once still opens at once. */
export const QUERY_GOAL_MILLISECONDS = 200

export interface UsageQueriesOptions {
  rows: number
  report(line: string): void
}

export interface UsageQueriesFigures {
  rows: number
  /** How long folding all charges took, and proving the books of the largest organization. */
  foldSeconds: number
  verifySeconds: number
  reads: { name: string; figures: Figures }[]
}

const ORGANIZATIONS = 1000
const MEMBERS_OF_THE_LARGEST = 200
const MEMBERS_OF_ANOTHER = 5
const DAYS = 90
const READS = 40
/** Charges that the job has not folded yet: what a busy organization makes in a minute. */
const UNFOLDED_CHARGES = 5_000

/** Every query of the usage page by one client, one after the other, on a history of 90 days. */
export async function measureUsageQueries(
  database: BenchDatabase,
  { rows, report }: UsageQueriesOptions,
): Promise<UsageQueriesFigures> {
  const { admin } = database
  const startedAt = performance.now()
  const largest = await createOrganizations(admin)
  await fillMeters(admin, rows / 2, largest)
  await fillCharges(admin, rows / 2, largest)
  report(`${rows} usage rows written in ${secondsSince(startedAt)} s`)
  const foldStartedAt = performance.now()
  await foldAll(admin)
  const foldSeconds = secondsSince(foldStartedAt)
  await fillCharges(admin, UNFOLDED_CHARGES, largest, true)
  await admin`vacuum analyze`
  const verifyStartedAt = performance.now()
  const found = await admin`select * from private.verify_usage(${largest.id}) limit 5`
  if (found.length > 0) throw new Error(`the books are wrong: ${JSON.stringify(found)}`)
  const verifySeconds = secondsSince(verifyStartedAt)
  report(`charges folded in ${foldSeconds} s, the largest verified in ${verifySeconds} s`)

  const sql = database.superuser(1)
  const reads: UsageQueriesFigures['reads'] = []
  for (const [name, query] of queriesOf(largest)) {
    const latencies: number[] = []
    const readStartedAt = performance.now()
    for (let count = 0; count < READS; count += 1) {
      const oneStartedAt = performance.now()
      await sql.unsafe(query)
      latencies.push(performance.now() - oneStartedAt)
    }
    reads.push({
      name,
      figures: figuresOf(latencies, (performance.now() - readStartedAt) / 1000),
    })
  }
  await sql.end()
  return { rows, foldSeconds, verifySeconds, reads }
}

const secondsSince = (startedAt: number): number =>
  Math.round((performance.now() - startedAt) / 100) / 10

interface LargestOrganization {
  id: string
  userId: string
}

function queriesOf({ id, userId }: LargestOrganization): [string, string][] {
  const series = (meter: string, by: string): [string, string] => [
    `usage_series, 90 days, ${meter} by ${by}`,
    `select * from public.usage_series('${id}', 90, '${meter}', '${by}')`,
  ]
  return [
    // What the machine and the way to it take of each.
    ['select 1', 'select 1'],
    ...['none', 'capability', 'level', 'model', 'member'].map((by) => series('credits', by)),
    series('letters', 'none'),
    series('letters', 'member'),
    ['usage_summary', `select * from public.usage_summary('${id}')`],
    ['remaining_quota', `select * from public.remaining_quota('${id}', '${userId}')`],
    ['nearing_quota', `select * from public.nearing_quota('${id}', 0.8)`],
    ['usage_by_period, 6', `select * from public.usage_by_period('${id}')`],
    ['top_members, 90 days', `select * from public.top_members('${id}', 90)`],
    ['top_capabilities, 90 days', `select * from public.top_capabilities('${id}', 90)`],
    ['credit_forecast', `select * from public.credit_forecast('${id}')`],
    ['aggregate_statistics, 30 days', 'select * from public.aggregate_statistics(30)'],
  ]
}

/** The first organization is the largest: it has many members, and a fifth of all rows. */
async function createOrganizations(admin: postgres.Sql): Promise<LargestOrganization> {
  await admin.unsafe(`
    insert into auth.organizations (name, slug)
    select 'Usage ' || number, 'usage-' || number from generate_series(1, ${ORGANIZATIONS}) as number;
    update public.org_plans set plan_id = 'team';
    create schema bench;
    create table bench.places as
    select row_number() over (order by id)::integer as place, id from auth.organizations;
    insert into auth.users (name, email, email_verified)
    select 'Member ' || number, number || '@bench.test', true
    from generate_series(1, ${MEMBERS_OF_THE_LARGEST}) as number;
    insert into auth.members (organization_id, user_id, role)
    select place.id, person.id, 'member'
    from bench.places as place cross join auth.users as person where place.place = 1;
    create table bench.people as
    select row_number() over (order by id)::integer as place, id from auth.users;
    alter table bench.places add primary key (place);
    alter table bench.people add primary key (place);
    analyze bench.places, bench.people`)
  const [row] = await admin<{ id: string; user_id: string }[]>`
    select place.id, person.id as user_id
    from bench.places as place cross join bench.people as person
    where place.place = 1 and person.place = 1`
  if (!row) throw new Error('no organization')
  return { id: row.id, userId: row.user_id }
}

/** Where row `number` belongs: each fifth to the largest organization, and each to a member. */
const PLACE_OF_ROW = `
  join bench.places as place on place.place = case
    when row.number % 5 = 0 then 1
    else 2 + (hashint4(row.number::integer) & 2147483647) % ${ORGANIZATIONS - 1}
  end
  join bench.people as person on person.place = 1 + case
    when row.number % 5 = 0
      then (hashint4(row.number::integer + 7) & 2147483647) % ${MEMBERS_OF_THE_LARGEST}
    else place.place % ${MEMBERS_OF_THE_LARGEST / MEMBERS_OF_ANOTHER} * ${MEMBERS_OF_ANOTHER}
      + (hashint4(row.number::integer + 7) & 2147483647) % ${MEMBERS_OF_ANOTHER}
  end`

async function fillMeters(
  admin: postgres.Sql,
  rows: number,
  largest: LargestOrganization,
): Promise<void> {
  await admin.unsafe(`
    insert into public.usage_ledger (organization_id, meter_id, user_id, amount, source, day,
      period_start, event_at, created_at, decision)
    select place.id,
      (array['letters', 'emails', 'llm_tokens', 'session_minutes'])[1 + row.number % 4],
      person.id, 1, 'recorded', at.moment::date, date_trunc('month', at.moment), at.moment,
      at.moment, '{"level": "plan", "limit": null, "used": 1, "period": "month"}'
    from generate_series(1, ${rows}) as row (number)
    ${PLACE_OF_ROW}
    cross join lateral (
      select now() - (${rows} - row.number) * (interval '${DAYS} days' / ${rows}) as moment
    ) as at;
    insert into public.usage_daily
    select organization_id, meter_id, day,
      coalesce(user_id, '00000000-0000-0000-0000-000000000000'), sum(amount), count(*)
    from public.usage_ledger group by 1, 2, 3, 4 order by 3;
    insert into public.quota_usages
      (organization_id, meter_id, user_id, period, period_start, period_end, day, used_amount)
    select daily.organization_id, daily.meter_id, scope.id, named.period,
      case named.period when 'day' then daily.day::timestamptz
        else date_trunc('month', daily.day::timestamptz) end,
      case named.period when 'day' then daily.day::timestamptz + interval '1 day'
        else date_trunc('month', daily.day::timestamptz) + interval '1 month' end,
      case named.period when 'day' then daily.day end, sum(daily.used_amount)
    from public.usage_daily as daily
    cross join lateral (
      select '00000000-0000-0000-0000-000000000000'::uuid as id union select daily.user_id
    ) as scope
    cross join (values ('day'), ('month')) as named (period)
    group by 1, 2, 3, 4, 5, 6, 7 order by 5`)
  await admin`
    insert into public.member_caps (organization_id, user_id, meter_id, limit_amount)
    select ${largest.id}, id, 'letters', 100000 from bench.people`
}

async function fillCharges(
  admin: postgres.Sql,
  rows: number,
  { id }: LargestOrganization,
  isOfTheLargest = false,
): Promise<void> {
  const span = isOfTheLargest ? '1 minute' : `${DAYS} days`
  await admin.unsafe(`
    insert into public.credit_transactions (organization_id, type, amount_credits,
      balance_after_credits, reservation_id, capability_id, quality_level_id, model_id, user_id,
      event_at)
    select ${isOfTheLargest ? `'${id}'` : 'place.id'}, 'ai_consumption', -1, 1000, uuidv7(),
      (array['question_generation', 'testimonial_assembly', 'testimonial_polish'])
        [1 + row.number % 3],
      (array['fast', 'enhanced', 'premium'])[1 + row.number / 3 % 3],
      (array['openai/gpt-5-mini', 'google/gemini-2.5-flash'])[1 + row.number / 9 % 2],
      person.id, now() - (${rows} - row.number) * (interval '${span}' / ${rows})
    from generate_series(1, ${rows}) as row (number)
    ${PLACE_OF_ROW}`)
}

async function foldAll(admin: postgres.Sql): Promise<void> {
  let processed = 1
  while (processed > 0) {
    const [row] = await admin<{ processed: number }[]>`
      select processed
      from private.fold_credit_usage(${ORGANIZATIONS * 2}, '00000000-0000-0000-0000-000000000000')`
    processed = row?.processed ?? 0
  }
  // A fold of all days at once lays them by organization; day by day they lie by day.
  await admin.unsafe(`
    create table bench.folded as select * from public.credit_usage_daily;
    truncate public.credit_usage_daily;
    insert into public.credit_usage_daily select * from bench.folded order by day`)
}
