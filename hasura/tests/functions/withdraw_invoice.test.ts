import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization } from '../support/jobs.ts'
import { hold, reserve, setClock, settle } from '../support/operations.ts'
import { billedPlanOf, entriesOf, payLine } from '../support/subscriptions.ts'

let desk: Desk
let sql: Sql
let organization: string

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-01-01T00:00:00Z') })
  sql = await clockedAt(desk, '2026-01-01T00:00:00Z')
})
/** On the plan pro, and on the better half of April upgraded to team. */
beforeEach(async () => {
  await sql`update public.plans set refund_policy = 'unspent_only', dispute_policy = 'unspent_only'`
  await setClock(sql, new Date('2026-01-01T00:00:00Z'))
  organization = await foundOrganization(sql, { plan: 'free' })
  await setClock(sql, new Date('2026-04-16T00:00:00Z'))
  const to = '2026-05-01'
  await payLine(sql, { organization, line: 'apr', from: '2026-04-01', to })
  const up = {
    line: 'up',
    invoice: 'in_up',
    kind: 'change',
    plan: 'team',
    amount: '49.50',
  } as const
  await payLine(sql, { organization, ...up, from: '2026-04-16', to })
  await recordUpgrade()
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

async function recordUpgrade(): Promise<void> {
  await sql`
    select private.record_invoice(${organization}, ${sql.json({
      id: 'in_up',
      status: 'paid',
      amount_due_usd: '35.00',
      amount_paid_usd: '35.00',
      currency: 'usd',
      created_at: '2026-04-16T00:00:00Z',
    })})`
}

interface Back {
  usd: string
  counts?: boolean
}

async function withdraw(
  backs: { refunds?: Back[]; disputes?: Back[] },
  revision?: string,
): Promise<string | null> {
  const listed = (kind: string, items: Back[] = []) =>
    items.map(({ usd, counts = true }, index) => ({
      id: `${kind}_${organization}_${index}`,
      payment_intent_id: 'pi_1',
      amount_usd: usd,
      currency: 'usd',
      status: 'succeeded',
      counts,
      reason: null,
      created_at: '2026-04-17T00:00:00Z',
    }))
  const state = { refunds: listed('re', backs.refunds), disputes: listed('dp', backs.disputes) }
  const [row] = await sql<{ withdrawn: string | null }[]>`
    select private.withdraw_invoice(
      ${organization}, 'in_up', ${revision ?? (await revisionOf())}, ${sql.json(state)}
    ) as withdrawn`
  return row!.withdrawn
}

/** Of the subscription, as whoever asks Stripe reads it before. */
async function revisionOf(): Promise<string> {
  const [row] = await sql<{ revision: string }[]>`
    select subscription_revision as revision from public.org_plans
    where organization_id = ${organization}`
  return row!.revision
}

async function spend(amount: string): Promise<void> {
  const reservation = await hold(sql, organization, amount)
  await settle(sql, { organization, reservation, amount })
}

const posted = async () => (await balanceOf(desk, organization)).posted

describe('withdraw_invoice', () => {
  test('takes the share that was given back of what the invoice gave, once', async () => {
    expect(await posted()).toBe('1250.00')
    expect(await withdraw({ refunds: [{ usd: '7.00' }] })).toBe('150.00')
    expect(await withdraw({ refunds: [{ usd: '7.00' }] })).toBe('0')
    expect(await withdraw({ refunds: [{ usd: '7.00' }, { usd: '28.00' }] })).toBe('600.00')
    expect(await posted()).toBe('500.00')
    expect((await entriesOf(desk, organization)).slice(-2)).toEqual([
      'admin_adjustment -150.00',
      'admin_adjustment -600.00',
    ])
  })

  test('gives again what a dispute that was won had taken', async () => {
    expect(await withdraw({ disputes: [{ usd: '35.00' }] })).toBe('750.00')
    expect(await withdraw({ disputes: [{ usd: '35.00', counts: false }] })).toBe('-750.00')
    expect(await posted()).toBe('1250.00')
  })

  test('takes only what is left of it, and keeps the rest on record (unspent_only)', async () => {
    await spend('700')
    expect(await withdraw({ refunds: [{ usd: '35.00' }] })).toBe('550.00')
    expect(await posted()).toBe('0.00')
    const [invoice] = await sql`
      select withdrawn_credits, unrecovered_credits from public.billing_invoices
      where organization_id = ${organization} and id = 'in_up'`
    expect(invoice).toEqual({ withdrawn_credits: '550.00', unrecovered_credits: '200.00' })
  })

  test('takes other credits too, and makes a debt of what is missing (debt)', async () => {
    await sql`update public.plans set refund_policy = 'debt'`
    await spend('1200')
    await grant({ api: sql }, organization, { amount: '30' })
    expect(await withdraw({ refunds: [{ usd: '35.00' }] })).toBe('750.00')
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '-670.00', debt: '670.00' })
    const [row] = await reserve(sql, { organization, amount: '1' })
    expect(row!.outcome).toBe('insufficient_credits')
    // The next month pays for it.
    await setClock(sql, new Date('2026-05-01T01:00:00Z'))
    const may = { line: 'may', plan: 'team', from: '2026-05-01', to: '2026-06-01' }
    await payLine(sql, { organization, ...may })
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '1330.00', debt: '0.00' })
  })

  test('before its lines are known takes nothing', async () => {
    const other = await foundOrganization(sql, { plan: 'free' })
    organization = other
    expect(await withdraw({ refunds: [{ usd: '35.00' }] })).toBe('0')
  })

  test('before its lines are known, then with them', async () => {
    organization = await foundOrganization(sql, { plan: 'free' })
    const to = '2026-05-01'
    const up = { line: 'up', invoice: 'in_up', kind: 'change', plan: 'team' } as const
    // The upgrade is heard of before the payment that began its period, and its refund too.
    await recordUpgrade()
    await payLine(sql, { organization, ...up, amount: '49.50', from: '2026-04-16', to })
    expect(await withdraw({ refunds: [{ usd: '35.00' }] })).toBe('0')
    await payLine(sql, { organization, line: 'apr', from: '2026-04-01', to })
    expect(await billedPlanOf(sql, organization)).toMatchObject({ plan_id: 'team' })
    expect(await posted()).toBe('500.00')
  })

  test('by older news than what was applied meanwhile changes nothing', async () => {
    const revision = await revisionOf()
    expect(await withdraw({ disputes: [{ usd: '35.00' }] })).toBe('750.00')
    expect(await withdraw({ disputes: [{ usd: '35.00', counts: false }] })).toBe('-750.00')
    // Who read Stripe before the dispute was won comes last.
    expect(await withdraw({ disputes: [{ usd: '35.00' }] }, revision)).toBeNull()
    expect(await posted()).toBe('1250.00')
  })

  test('that the ledger does not have is found by the verification', async () => {
    await withdraw({ refunds: [{ usd: '7.00' }] })
    const claim = (credits: string) => desk.admin`
      update public.billing_invoices set withdrawn_credits = ${credits}
      where organization_id = ${organization} and id = 'in_up'`
    await claim('151.00')
    const broken = await sql`
      select invariant, expected, actual from private.verify_billing(${organization})`
    await claim('150.00')
    expect(broken).toEqual([
      { invariant: 'invoice_withdrawal_equals_ledger', expected: '151.00', actual: '150.00' },
    ])
  })

  test('is not undone by another change of the plan', async () => {
    await withdraw({ refunds: [{ usd: '35.00' }] })
    const to = '2026-05-01'
    await setClock(sql, new Date('2026-04-17T00:00:00Z'))
    await payLine(sql, { organization, line: 'down', kind: 'change', from: '2026-04-17', to })
    await setClock(sql, new Date('2026-04-18T00:00:00Z'))
    const again = { line: 'again', kind: 'change', plan: 'team' } as const
    await payLine(sql, { organization, ...again, from: '2026-04-18', to })
    expect(Number(await posted())).toBeLessThanOrEqual(500)
  })
})

test('many callers at once: each line counts once, beside traffic', async () => {
  const callers = await Promise.all(
    Array.from({ length: 6 }, () => clockedAt(desk, '2026-05-01T02:00:00Z')),
  )
  await setClock(sql, new Date('2026-05-01T02:00:00Z'))
  const may = { line: 'may', plan: 'team', from: '2026-05-01', to: '2026-06-01' }
  const june = { line: 'jun', plan: 'team', from: '2026-06-01', to: '2026-07-01' }
  await Promise.all([
    ...callers.flatMap((caller) => [
      payLine(caller, { organization, ...may }),
      payLine(caller, { organization, ...june }),
      reserve(caller, { organization, amount: '3' }),
    ]),
    ...callers.map((caller) => caller`select private.start_waiting_periods(10)`),
  ])
  expect(await billedPlanOf(sql, organization)).toMatchObject({
    plan_id: 'team',
    period_end: new Date('2026-06-01'),
    granted: '2000.00',
  })
  // Holds that were made on the old credits keep what they need of them.
  expect(Number(await posted())).toBeLessThanOrEqual(2010 + 18)
  const given = (await entriesOf(desk, organization)).filter(
    (row) => row === 'plan_allocation 2000.00',
  )
  expect(given).toHaveLength(1)
})
