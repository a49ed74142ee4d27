import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { brokenRules, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization } from '../support/jobs.ts'
import { hold, setClock, settle } from '../support/operations.ts'

/**
 * start_plain_periods writes in one statement what expire_due_grants and start_due_periods write in
 * general: each case is made twice, and both ways must leave the same rows.
 */
const FOUNDED = '2026-01-31T12:00:00Z'
const PERIOD_START = '2026-02-28T00:00:00Z'
const PERIOD_END = '2026-03-31T00:00:00Z'

let desk: Desk
let sql: Sql
beforeAll(async () => {
  desk = await openDesk({ at: new Date(FOUNDED) })
  sql = await clockedAt(desk, FOUNDED)
})
beforeEach(() => setClock(sql, new Date(FOUNDED)))
afterAll(() => desk.close())

/** Two organizations in their first whole period, on these plans: with one grant of the plan. */
async function inPeriod(first: string, second: string): Promise<[string, string]> {
  const organizations: [string, string] = [
    await foundOrganization(sql, { plan: first }),
    await foundOrganization(sql, { plan: second }),
  ]
  await setClock(sql, new Date(PERIOD_START))
  await sql`select private.lock_balances(${organizations}::uuid[])`
  return organizations
}

type Case = (organization: string) => Promise<unknown>
const spend = async (organization: string, amount: string): Promise<void> => {
  const reservation = await hold(sql, organization, amount)
  await settle(sql, { organization, reservation, amount })
}
const give = (organization: string, amount: string, expiresAt?: string) =>
  grant({ api: sql }, organization, {
    source: 'promo',
    amount,
    ...(expiresAt && { expiresAt: new Date(expiresAt) }),
  })
const subscription = (change: string) => (organization: string) =>
  sql.unsafe(`update public.org_plans set ${change} where organization_id = '${organization}'`)

const PLAIN: Record<string, Case> = {
  untouched: async () => undefined,
  'partly used': (organization) => spend(organization, '123.45'),
  'all used': (organization) => spend(organization, '500'),
  'with credits that stay': (organization) => give(organization, '77.5'),
  'with credits that expire later': (organization) => give(organization, '5', '2026-05-10T00:00Z'),
  'with its plan at an old price': subscription('monthly_ai_credits = 450, overdraft_credits = 7'),
  'past due': subscription(`status = 'past_due'`),
}

const ODD: Record<string, Case> = {
  'a hold': (organization) => hold(sql, organization, '1', 86_400 * 60),
  'a debt': (organization) => spendMore(organization),
  'other credits that expire': (organization) => give(organization, '5', '2026-03-10T00:00Z'),
  'a pending change': subscription(`pending_plan_id = 'free', pending_change_at = '2026-04-30'`),
  'a cancellation': subscription(`pending_change_at = period_end`),
  'an unpaid subscription': subscription(`status = 'unpaid'`),
  'a billed subscription': subscription(`stripe_subscription_id = organization_id::text`),
  'no credits of the plan': subscription(`monthly_ai_credits = 0`),
}

async function spendMore(organization: string): Promise<void> {
  const reservation = await hold(sql, organization, '500')
  await settle(sql, { organization, reservation, amount: '501' })
}

const startPlain = async (organizations: string[], at = PERIOD_END): Promise<string[]> => {
  const [row] = await sql<{ started: string[] | null }[]>`
    select private.start_plain_periods(${organizations}::uuid[], ${at}) as started`
  return row!.started ?? []
}

const OWN_COLUMNS = '{id,organization_id,transaction_id,idempotency_key,request_fingerprint}'

/** All rows of an organization, without its ids: grants by their place in order of time. */
async function rowsOf(organization: string): Promise<unknown> {
  const [row] = await sql`
    select
      to_jsonb(balance) - 'organization_id' as balance,
      to_jsonb(subscription) - 'organization_id' as subscription,
      (
        select jsonb_agg(
          to_jsonb(lot) - ${OWN_COLUMNS}::text[] || jsonb_build_object('transaction', (
            select jsonb_build_array(entry.type, entry.amount_credits)
            from public.credit_transactions as entry where entry.id = lot.transaction_id
          ))
          order by lot.id
        )
        from public.credit_grants as lot where lot.organization_id = ${organization}
      ) as grants,
      (
        select jsonb_agg(
          jsonb_build_array(
            entry.type, entry.amount_credits, entry.balance_after_credits, entry.event_at,
            (select count(*) from public.credit_grants as lot
              where lot.organization_id = ${organization} and lot.id <= entry.grant_id)
          )
          order by entry.sequence
        )
        from public.credit_transactions as entry where entry.organization_id = ${organization}
      ) as ledger
    from public.organization_credit_balances as balance
    join public.org_plans as subscription using (organization_id)
    where organization_id = ${organization}`
  return row
}

describe('start_plain_periods', () => {
  test.each(Object.entries(PLAIN))('leaves the rows of the general way: %s', async (_, prepare) => {
    const [plain, general] = await inPeriod('pro', 'pro')
    await prepare(plain)
    await prepare(general)
    await setClock(sql, new Date(PERIOD_END))
    expect(await startPlain([plain])).toEqual([plain])
    await sql`select private.expire_overdue_holds(array[${general}::uuid], ${PERIOD_END})`
    await sql`select private.expire_due_grants(array[${general}::uuid], ${PERIOD_END})`
    await sql`select private.start_due_periods(array[${general}::uuid], ${PERIOD_END})`
    expect(await rowsOf(plain)).toEqual(await rowsOf(general))
    expect(await brokenRules(desk, plain)).toEqual([])
    expect(await startPlain([plain])).toEqual([])
  })

  test.each(Object.entries(ODD))('leaves to the general way who has %s', async (_, prepare) => {
    const [odd, usual] = await inPeriod('pro', 'pro')
    await prepare(odd)
    const before = await rowsOf(odd)
    await setClock(sql, new Date(PERIOD_END))
    expect(await startPlain([odd, usual, odd])).toEqual([usual])
    expect(await rowsOf(odd)).toEqual(before)
  })

  test('leaves those with a rollover, or with more than one missed period', async () => {
    const [rollover, late] = await inPeriod('team', 'pro')
    expect(await startPlain([rollover])).toEqual([])
    expect(await startPlain([late], '2026-04-30T00:00:00Z')).toEqual([])
  })
})
