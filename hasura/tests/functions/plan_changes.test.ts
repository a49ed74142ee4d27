import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization, resetPeriods } from '../support/jobs.ts'
import { hold, reserve, setClock, settle } from '../support/operations.ts'
import { billedPlanOf, copySubscription, entriesOf, payLine } from '../support/subscriptions.ts'

let desk: Desk
let sql: Sql
let organization: string

beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-01-01T00:00:00Z') })
  sql = await clockedAt(desk, '2026-01-01T00:00:00Z')
})
/** On the plan pro, paid for April's thirty days. */
beforeEach(async () => {
  await travel('2026-01-01T00:00:00Z')
  organization = await foundOrganization(sql, { plan: 'free' })
  await travel('2026-04-01T00:00:00Z')
  await pay({ line: 'apr', from: '2026-04-01', to: '2026-05-01' })
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

const travel = (at: string): Promise<void> => setClock(sql, new Date(at))
const pay = (line: Omit<Parameters<typeof payLine>[1], 'organization'>) =>
  payLine(sql, { organization, ...line })
const copy = (state: Parameters<typeof copySubscription>[2]) =>
  copySubscription(sql, organization, state)
const plan = () => billedPlanOf(sql, organization)
const balance = () => balanceOf(desk, organization)

async function change(line: string, day: string, to: 'pro' | 'team'): Promise<string> {
  await travel(`2026-04-${day}T00:00:00Z`)
  const from = `2026-04-${day}T00:00:00Z`
  return (await pay({ line, kind: 'change', plan: to, from, to: '2026-05-01' })).granted_credits
}

async function spend(amount: string): Promise<void> {
  const reservation = await hold(sql, organization, amount)
  const [row] = await settle(sql, { organization, reservation, amount })
  expect(row).toMatchObject({ outcome: 'settled', shortfall_credits: '0.00' })
}

async function reserveOutcome(): Promise<string> {
  const [row] = await reserve(sql, { organization, amount: '1' })
  return row!.outcome
}

describe('an upgrade', () => {
  test('grants the share of the difference that the line paid for, and leaves the period', async () => {
    await spend('100')
    expect(await change('up', '16', 'team')).toBe('750.00')
    expect(await plan()).toMatchObject({
      plan_id: 'team',
      period_start: new Date('2026-04-01'),
      period_end: new Date('2026-05-01'),
      granted: '1250.00',
    })
    expect(await balance()).toMatchObject({ posted: '1150.00', used: '100.00' })
    expect((await entriesOf(desk, organization)).at(-1)).toBe('plan_change_adjustment 750.00')
  })

  test('grants all of the difference when the plan says so', async () => {
    await sql`update public.plans set upgrade_grant = 'full' where id = 'team'`
    expect(await change('up', '16', 'team')).toBe('1500.00')
    await sql`update public.plans set upgrade_grant = 'prorated' where id = 'team'`
  })

  test('that waits for the line of its period is applied after it', async () => {
    await travel('2026-05-03T00:00:00Z')
    const late = { line: 'up', kind: 'change', plan: 'team', from: '2026-05-02', to: '2026-06-01' }
    expect(await pay({ ...late, kind: 'change' })).toMatchObject({ outcome: 'waiting' })
    await pay({ line: 'may', from: '2026-05-01', to: '2026-06-01' })
    expect(await plan()).toMatchObject({ plan_id: 'team', granted: '1951.61' })
  })

  test('that cost nothing, as in a trial, brings no credits', async () => {
    await travel('2026-04-16T00:00:00Z')
    const from = '2026-04-16'
    const row = await pay({
      line: 'up',
      kind: 'change',
      plan: 'team',
      from,
      to: '2026-05-01',
      amount: '0',
    })
    expect(row).toMatchObject({ outcome: 'applied', granted_credits: '0.00' })
    expect(await plan()).toMatchObject({ plan_id: 'team' })
  })

  test('two of one period make the same in either order', async () => {
    await sql`
      insert into public.plans
        (id, name, description, rank, price_usd_monthly, monthly_ai_credits, is_active)
      values ('giant', 'Giant', 'For tests.', 50, 499, 8000, false) on conflict do nothing`
    await travel('2026-04-20T00:00:00Z')
    const team = { line: 'team', kind: 'change', plan: 'team', from: '2026-04-10' } as const
    const giant = { line: 'giant', kind: 'change', plan: 'giant', from: '2026-04-20' } as const
    await pay({ ...team, to: '2026-05-01' })
    await pay({ ...giant, to: '2026-05-01' })
    const first = await plan()
    organization = await foundOrganization(sql, { plan: 'free' })
    await pay({ line: 'apr', from: '2026-04-01', to: '2026-05-01' })
    await pay({ ...giant, to: '2026-05-01' })
    await pay({ ...team, to: '2026-05-01' })
    expect(await plan()).toMatchObject({ plan_id: 'giant', granted: first.granted })
    expect(first).toMatchObject({ plan_id: 'giant', granted: '3750.00' })
  })
})

describe('back and forth in one period', () => {
  test('upgrade, spend, downgrade: only what is unused goes', async () => {
    await change('up', '02', 'team')
    await spend('1900')
    expect(await change('down', '03', 'pro')).toBe('-50.00')
    expect(await balance()).toMatchObject({ posted: '0.00' })
  })

  test('what was spent on the better plan is not given again', async () => {
    await change('up', '02', 'team')
    await spend('1900')
    await change('down', '03', 'pro')
    // 1,950 given, 50 taken: the plan is worth 1,850 now, so there is nothing to come.
    expect(await change('again', '04', 'team')).toBe('0.00')
    expect(await balance()).toMatchObject({ posted: '0.00' })
  })

  test('what was taken unused is given again, for the time that is left', async () => {
    await change('up', '02', 'team')
    expect(await change('down', '03', 'pro')).toBe('-1400.00')
    expect(await change('again', '04', 'team')).toBe('1350.00')
    expect(await plan()).toMatchObject({ granted: '1900.00' })
  })

  test('a plan set by hand follows the same rule', async () => {
    const other = await foundOrganization(sql, { plan: 'pro' })
    const set = (to: string) => sql`select private.set_organization_plan(${other}, ${to}, null)`
    await set('team')
    const reservation = await hold(sql, other, '1900')
    await settle(sql, { organization: other, reservation, amount: '1900' })
    await set('pro')
    await set('team')
    expect(await balanceOf(desk, other)).toMatchObject({ posted: '100.00' })
  })
})

describe('a smaller plan or the end', () => {
  test('waits, is visible, and begins with the line of the next period', async () => {
    await change('up', '02', 'team')
    expect(await copy({ plan: 'pro' })).toBe('copied')
    expect(await plan()).toMatchObject({
      plan_id: 'team',
      pending_plan_id: 'pro',
      pending_change_at: new Date('2026-05-01'),
    })
    await travel('2026-05-01T01:00:00Z')
    await pay({ line: 'may', from: '2026-05-01', to: '2026-06-01', plan: 'pro' })
    expect(await plan()).toMatchObject({
      plan_id: 'pro',
      pending_change_at: null,
      granted: '500.00',
    })
    expect(await balance()).toMatchObject({ monthly: '500.00', bonus: '0.00' })
  })

  test('can be taken back', async () => {
    await copy({ cancelAt: '2026-05-01' })
    expect(await plan()).toMatchObject({
      pending_plan_id: null,
      pending_change_at: new Date('2026-05-01'),
    })
    await copy({})
    expect(await plan()).toMatchObject({ pending_change_at: null, is_billed: true })
    // The period is open for its grace again.
    await travel('2026-05-02T00:00:00Z')
    expect(await reserveOutcome()).toBe('reserved')
    expect(await plan()).toMatchObject({ plan_id: 'pro' })
  })

  test('a cancellation ends with what was paid: free from then on, told or not', async () => {
    await copy({ cancelAt: '2026-05-01' })
    await travel('2026-05-01T00:00:00Z')
    expect(await reserveOutcome()).toBe('reserved')
    expect(await plan()).toMatchObject({
      plan_id: 'free',
      is_billed: false,
      pending_change_at: null,
    })
    expect(await balance()).toMatchObject({ posted: '10.00' })
    expect(await copy({ status: 'canceled' })).toBe('other_subscription')
  })

  test('a subscription that ends at once keeps what was paid until its end', async () => {
    await travel('2026-04-10T00:00:00Z')
    expect(await copy({ status: 'canceled' })).toBe('ended')
    expect(await plan()).toMatchObject({ plan_id: 'pro', is_billed: false, status: 'active' })
    expect(await balance()).toMatchObject({ posted: '500.00' })
    await travel('2026-05-01T00:00:00Z')
    await resetPeriods(sql)
    expect(await plan()).toMatchObject({ plan_id: 'free' })
    expect(await balance()).toMatchObject({ posted: '10.00' })
  })

  test('a subscription that has ended cannot be taken up again for nothing', async () => {
    await copy({ status: 'canceled' })
    for (const wanted of [null, 'free']) {
      const [row] = await sql<{ outcome: string }[]>`
        select private.schedule_plan_change(${organization}, ${wanted}) as outcome`
      expect(row!.outcome).toBe('subscription_ended')
    }
  })

  test('what was paid before another subscription stays until its own end', async () => {
    await travel('2026-04-10T00:00:00Z')
    await copy({ status: 'canceled' })
    const next = { subscription: 'sub_next', plan: 'team', from: '2026-04-10', to: '2026-05-10' }
    await pay({ line: 'next', ...next })
    await copy({ subscription: 'sub_next', plan: 'team' })
    expect(await balance()).toMatchObject({ posted: '2500.00' })
    await travel('2026-05-01T00:00:00Z')
    expect(await reserveOutcome()).toBe('reserved')
    expect(await balance()).toMatchObject({ posted: '2000.00' })
  })

  test('a late line that changed the plan does not undo the end', async () => {
    await travel('2026-04-10T00:00:00Z')
    await copy({ status: 'canceled' })
    await change('up', '09', 'team')
    expect(await plan()).toMatchObject({
      plan_id: 'team',
      is_billed: false,
      pending_change_at: new Date('2026-05-01'),
    })
  })
})

describe('an organization that is not billed', () => {
  const schedule = async (id: string, wanted: string | null): Promise<string> => {
    const [row] = await sql<{ outcome: string }[]>`
      select private.schedule_plan_change(${id}, ${wanted}) as outcome`
    return row!.outcome
  }

  test('schedules, sees and takes back a smaller plan', async () => {
    const other = await foundOrganization(sql, { plan: 'team' })
    expect(await schedule(other, 'pro')).toBe('scheduled')
    expect(await schedule(other, 'pro')).toBe('unchanged')
    expect(await billedPlanOf(sql, other)).toMatchObject({ pending_plan_id: 'pro' })
    expect(await schedule(other, null)).toBe('undone')
    expect(await schedule(other, null)).toBe('unchanged')
    expect(await schedule(other, 'free')).toBe('scheduled')
  })

  test.each([
    ['not_smaller', 'team'],
    ['unknown_plan', 'gold'],
    ['not_smaller', 'pro'],
  ])('%s: %s', async (outcome, wanted) => {
    const other = await foundOrganization(sql, { plan: 'pro' })
    expect(await schedule(other, wanted)).toBe(outcome)
  })

  test('billed: the payment provider is asked instead', async () => {
    expect(await schedule(organization, 'free')).toBe('billed')
  })
})

describe('the state of a subscription', () => {
  test.each([
    ['past_due', 'reserved'],
    ['unpaid', 'subscription_inactive'],
    ['paused', 'subscription_inactive'],
    ['incomplete', 'subscription_inactive'],
  ])('%s: %s', async (status, outcome) => {
    await copy({ status })
    expect(await reserveOutcome()).toBe(outcome)
    await copy({ status: 'active' })
    expect(await reserveOutcome()).toBe('reserved')
  })

  test('past_due goes on until the grace is over, and then not, whoever tells', async () => {
    await travel('2026-05-01T02:00:00Z')
    await copy({ status: 'past_due' })
    await travel('2026-05-07T23:59:59Z')
    expect(await reserveOutcome()).toBe('reserved')
    await travel('2026-05-08T00:00:00Z')
    expect(await reserveOutcome()).toBe('subscription_inactive')
    await travel('2026-05-20T00:00:00Z')
    expect(await pay({ line: 'may', from: '2026-05-01', to: '2026-06-01' })).toMatchObject({
      available_credits: '500.00',
    })
    await copy({})
    expect(await reserveOutcome()).toBe('reserved')
  })

  test('a copy that another one has overtaken is refused (stale)', async () => {
    const [row] = await sql<{ revision: string }[]>`
      select subscription_revision as revision from public.org_plans
      where organization_id = ${organization}`
    const revision = Number(row!.revision)
    expect(await copy({ status: 'past_due', revision })).toBe('copied')
    expect(await copy({ status: 'active', revision })).toBe('stale')
    expect(await plan()).toMatchObject({ status: 'past_due' })
  })

  test('of a subscription that is not the organization’s changes nothing', async () => {
    expect(await copy({ subscription: 'sub_x', status: 'unpaid' })).toBe('other_subscription')
    expect(await plan()).toMatchObject({ status: 'active' })
  })
})

describe('a trial', () => {
  const trial = {
    line: 'trial',
    kind: 'trial',
    amount: '0',
    from: '2026-04-01',
    to: '2026-04-15',
  } as const

  beforeEach(async () => {
    await sql`update public.plans set trial_credits = 100, trial_days = 14 where id = 'pro'`
    organization = await foundOrganization(sql, { plan: 'free' })
    await travel('2026-04-01T00:00:01Z')
    await pay(trial)
  })

  test('brings its own credits; the first payment ends it', async () => {
    expect(await plan()).toMatchObject({
      status: 'trialing',
      trial_ends_at: new Date('2026-04-15'),
    })
    expect(await balance()).toMatchObject({ posted: '100.00' })
    await travel('2026-04-15T01:00:00Z')
    await pay({ line: 'first', from: '2026-04-15', to: '2026-05-15' })
    expect(await plan()).toMatchObject({ status: 'active', trial_ends_at: null })
    expect(await balance()).toMatchObject({ posted: '500.00' })
  })

  test('brings credits once an organization', async () => {
    await copy({ status: 'canceled' })
    await travel('2026-06-01T00:00:00Z')
    await resetPeriods(sql)
    const again = {
      ...trial,
      line: 'again',
      subscription: 'sub_again_1',
      from: '2026-06-01',
      to: '2026-06-15',
    }
    expect(await pay(again)).toMatchObject({ outcome: 'applied', granted_credits: '0.00' })
  })
})
