import { balanceOf } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization } from '../support/jobs.ts'
import { hold, reserve, setClock, settle } from '../support/operations.ts'
import { billedPlanOf, copySubscription, payLine } from '../support/subscriptions.ts'
import type { PaidLine } from '../support/subscriptions.ts'
import { broken, expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

interface Subscriber {
  sql: Sql
  organization: string
  pay(line: Omit<PaidLine, 'organization'>): Promise<string>
  at(time: string): Promise<void>
  posted(): Promise<string>
}

const MARCH = { line: 'mar', from: '2026-03-01', to: '2026-04-01' }
const APRIL = { line: 'apr', from: '2026-04-01', to: '2026-05-01' }

/** On the free plan since January; it is the second of March. */
async function subscriber(desk: Desk): Promise<Subscriber> {
  const sql = await clockedAt(desk, '2026-01-01T00:00:00Z')
  const organization = await foundOrganization(sql, { plan: 'free' })
  await setClock(sql, new Date('2026-03-02T12:00:00Z'))
  return {
    sql,
    organization,
    pay: async (line) => (await payLine(sql, { organization, ...line })).outcome,
    at: (time) => setClock(sql, new Date(time)),
    posted: async () => (await balanceOf(desk, organization)).posted,
  }
}

async function books(desk: Desk, { organization }: Subscriber): Promise<string[]> {
  return broken(desk, organization)
}

const linesCountOnce: Scenario = async (desk) => {
  const one = await subscriber(desk)
  const outcomes = [
    await one.pay(MARCH),
    await one.pay(MARCH),
    await one.pay({ ...MARCH, line: 'x', subscription: 'sub_other' }),
    await one.pay(APRIL),
  ]
  const early = await one.posted()
  await one.at('2026-04-02T00:00:00Z')
  outcomes.push(await one.pay(APRIL))
  outcomes.push(await one.pay({ line: 'late', from: '2026-03-15', to: '2026-04-01' }))
  return [
    ...expectEqual('early', early, '500.00'),
    ...expectEqual('outcomes', outcomes, [
      'applied',
      'applied',
      'other_subscription',
      'waiting',
      'applied',
      'lapsed',
    ]),
    ...expectEqual('posted', await one.posted(), '500.00'),
    ...(await books(desk, one)),
  ]
}

const plansAreNoGame: Scenario = async (desk) => {
  const one = await subscriber(desk)
  await one.pay(MARCH)
  const change = async (line: string, plan: string, day: string, amount = '9') => {
    await one.at(`${day}T00:00:00Z`)
    await one.pay({ line, kind: 'change', plan, amount, from: day, to: MARCH.to })
  }
  await change('up', 'team', '2026-03-03')
  const { organization, sql } = one
  const reservation = await hold(sql, organization, '1800')
  await settle(sql, { organization, reservation, amount: '1800' })
  await change('down', 'pro', '2026-03-04')
  await change('again', 'team', '2026-03-05')
  const spent = await one.posted()
  await change('free', 'pro', '2026-03-06', '0')
  return [
    ...expectEqual('after spending', spent, '54.84'),
    ...expectEqual('a change that cost nothing', await one.posted(), '54.84'),
    ...(await books(desk, one)),
  ]
}

const trialsAreOne: Scenario = async (desk) => {
  const one = await subscriber(desk)
  await desk.admin`update public.plans set trial_credits = 70 where id = 'pro'`
  const trial = { kind: 'trial', amount: '0', from: '2026-03-01', to: '2026-03-15' } as const
  await one.pay({ ...trial, line: 'first' })
  const first = await one.posted()
  await copySubscription(one.sql, one.organization, { status: 'canceled' })
  await one.at('2026-03-16T00:00:00Z')
  const again = { ...trial, line: 'again', subscription: `sub_again_${one.organization}` }
  await one.pay({ ...again, from: '2026-03-16', to: '2026-03-30' })
  return expectEqual('trials', [first, await one.posted()], ['70.00', '0.00'])
}

const graceIsShort: Scenario = async (desk) => {
  const one = await subscriber(desk)
  await one.pay(MARCH)
  const outcomes: string[] = []
  for (const time of ['2026-04-07T23:59:00Z', '2026-04-08T00:00:00Z']) {
    await one.at(time)
    const [row] = await reserve(one.sql, { organization: one.organization, amount: '0.25' })
    outcomes.push(row!.outcome)
  }
  return expectEqual('outcomes', outcomes, ['reserved', 'subscription_inactive'])
}

const copiesAreFresh: Scenario = async (desk) => {
  const one = await subscriber(desk)
  await one.pay(MARCH)
  const { sql, organization } = one
  const outcomes = [
    await copySubscription(sql, organization, { status: 'past_due', revision: 0 }),
    await copySubscription(sql, organization, { status: 'active', revision: 0 }),
    await copySubscription(sql, organization, { subscription: 'sub_other', status: 'unpaid' }),
    await copySubscription(sql, organization, { status: 'canceled' }),
  ]
  const [undone] = await sql<{ outcome: string }[]>`
    select private.schedule_plan_change(${organization}, null) as outcome`
  outcomes.push(undone!.outcome)
  await one.at('2026-04-01T00:00:00Z')
  await reserve(sql, { organization, amount: '1' })
  const { plan_id: plan } = await billedPlanOf(sql, organization)
  return [
    ...expectEqual('outcomes', outcomes, [
      'copied',
      'stale',
      'other_subscription',
      'ended',
      'subscription_ended',
    ]),
    ...expectEqual('plan', plan, 'free'),
    ...(await books(desk, one)),
  ]
}

export const SUBSCRIPTION_SCENARIOS = {
  linesCountOnce,
  plansAreNoGame,
  trialsAreOne,
  graceIsShort,
  copiesAreFresh,
} as const satisfies Record<string, Scenario>
