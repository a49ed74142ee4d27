import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CRON_SECRET, startTestApi, type TestApi } from '../support/api.ts'
import { balanceOf, createOrganization } from '../support/organizations.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

const DAY_MILLISECONDS = 86_400_000
let minute = 0

/** One more delivery of a trigger, each for a scheduled time of its own. */
async function run(name: string): Promise<Record<string, unknown>> {
  minute += 1
  const scheduledTime = new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString()
  const response = await fetch(`${api.url}/cron/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-cron-secret': CRON_SECRET },
    body: JSON.stringify({ id: randomUUID(), name, scheduled_time: scheduledTime, payload: {} }),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

test('reset_periods starts the next period of an idle organization, once', async () => {
  const organization = await createOrganization(api.sql)
  // Periods of a new organization end at midnight of the day of the month on which it was made.
  const end = new Date(Math.floor(Date.now() / DAY_MILLISECONDS) * DAY_MILLISECONDS)
  const start = new Date(end.getTime() - 40 * DAY_MILLISECONDS)
  await api.sql`
    update public.org_plans
    set period_start = ${start}, period_end = ${end}, anchor_day = ${end.getUTCDate()}
    where organization_id = ${organization.id}`
  await api.sql`
    update public.organization_credit_balances
    set period_start = ${start}, period_end = ${end}, next_grant_expires_at = ${end}
    where organization_id = ${organization.id}`
  await api.sql`
    update public.credit_grants set effective_at = ${start}, expires_at = ${end}
    where organization_id = ${organization.id}`
  expect(await run('reset_periods')).toMatchObject({ processed: 1, failed: 0, periods: 1 })
  // 2,000 of the new month, and of the old one what the plan lets roll over.
  expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2010 })
  expect(await run('reset_periods')).toMatchObject({ processed: 0, periods: 0 })
})

test('expire_grants takes what is left of an expired grant', async () => {
  const organization = await createOrganization(api.sql)
  await api.sql`
    select private.grant_credits(${organization.id}, 'promo', 5, null, now() + interval '1 hour',
      null, 'expires', 'expires')`
  await api.sql`
    update public.credit_grants
    set effective_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
    where organization_id = ${organization.id} and source = 'promo'`
  await api.sql`
    update public.organization_credit_balances set next_grant_expires_at = now() - interval '1 hour'
    where organization_id = ${organization.id}`
  expect(await run('expire_grants')).toMatchObject({ processed: 1, failed: 0, grants: 1 })
  expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2000 })
})

test('clean_idempotency forgets answers after two days and keeps younger ones', async () => {
  const organization = await createOrganization(api.sql)
  for (const age of ['3 days', '1 day']) {
    await api.sql`
      insert into public.ai_operation_results (organization_id, reservation_id, output, created_at)
      values (${organization.id}, uuidv7(${`-${age}`}::interval), '{}', now() - ${age}::interval)`
  }
  expect(await run('clean_idempotency')).toMatchObject({ processed: 1, failed: 0 })
  const left = await api.sql`
    select from public.ai_operation_results where organization_id = ${organization.id}`
  expect(left).toHaveLength(1)
})

test('clean_idempotency deletes events of Stripe that are long done with', async () => {
  for (const [id, days] of [
    ['evt_old', 401],
    ['evt_young', 399],
  ] as const) {
    await api.sql`
      insert into public.stripe_events (
        id, type, created_at, received_at, status, applied_at, payload
      )
      select ${id}, 'invoice.paid', moment.at, moment.at, 'applied', moment.at, '{}'
      from (select now() - make_interval(days => ${days}::int) as at) as moment`
  }
  expect(await run('clean_idempotency')).toMatchObject({
    processed: 1,
    stripe_events: 1,
    remaining: false,
  })
  expect([...(await api.sql`select id from public.stripe_events`)]).toEqual([{ id: 'evt_young' }])
})

test('clean_idempotency finds organizations whose last cap went with its user', async () => {
  const organization = await createOrganization(api.sql)
  await api.sql`
    update public.organization_credit_balances set has_member_caps = true
    where organization_id = ${organization.id}`
  expect(await run('clean_idempotency')).toMatchObject({
    processed: 1,
    uncapped_organizations: 1,
    remaining: false,
  })
  expect(await run('clean_idempotency')).toMatchObject({ uncapped_organizations: 0 })
})

test('verify_ledger raises the metric while the books are wrong', async () => {
  expect(await run('verify_ledger')).toMatchObject({ violations: 0, alerts: [] })
  const organization = await createOrganization(api.sql)
  await api.sql`
    update public.organization_credit_balances set bonus_credits = bonus_credits + 1
    where organization_id = ${organization.id}`
  const { violations } = await run('verify_ledger')
  expect(violations).toBeGreaterThan(0)
  const metrics = await (await fetch(`${api.url}/metrics`)).text()
  expect(metrics).toContain(`purser_ledger_violations ${String(violations)}`)
})

test('verify_ledger raises a metric while offers are not what the catalogue says', async () => {
  expect(await run('verify_ledger')).toMatchObject({ offer_differences: 0, shown_offers: [] })
  const [changed] = await api.sql`
    update private.capability_offers as offer set estimated_credits = estimated_credits + 1
    where (offer.plan_id, offer.capability_id, offer.asked_level_id) = ('free', 'question_generation', 'fast')
    returning plan_id, capability_id, asked_level_id`
  expect(await run('verify_ledger')).toMatchObject({
    offer_differences: 1,
    shown_offers: [{ ...changed, stored: changed, wanted: changed }],
  })
  const metrics = await (await fetch(`${api.url}/metrics`)).text()
  expect(metrics).toContain('purser_offer_differences 1')
  // Any change of the catalogue makes them anew.
  await api.sql`update public.plans set name = name where id = 'free'`
  expect(await run('verify_ledger')).toMatchObject({ offer_differences: 0 })
})

test('fold_credit_usage brings the roll-up up to the ledger; verify_usage finds a difference', async () => {
  const organization = await createOrganization(api.sql)
  const held = await api.deps.services.ledger.reserve({
    organizationId: organization.id,
    userId: null,
    capability: 'question_generation',
    qualityLevel: 'fast',
    amountCredits: '2',
    idempotencyKey: randomUUID(),
    expiresInSeconds: null,
    context: null,
  })
  await api.deps.services.ledger.settle({
    organizationId: organization.id,
    reservationId: held.reservation_id!,
    amountCredits: '1.5',
    usage: null,
    output: null,
  })
  const folded = await run('fold_credit_usage')
  expect(folded).toMatchObject({ failed: 0, remaining: false })
  const [row] = await api.sql`
    select used_credits::float8 as used from public.credit_usage_daily
    where organization_id = ${organization.id} and dimension = 'none'`
  expect(row).toEqual({ used: 1.5 })
  expect(await run('fold_credit_usage')).toMatchObject({ processed: 0, rows: 0 })
  expect(await run('verify_usage')).toMatchObject({ violations: 0 })

  await api.sql`
    update public.credit_usage_daily set used_credits = 2
    where organization_id = ${organization.id} and dimension = 'none'`
  expect(await run('verify_usage')).toMatchObject({ violations: 1 })
  await api.sql`
    update public.credit_usage_daily set used_credits = 1.5
    where organization_id = ${organization.id} and dimension = 'none'`
})
