// @vitest-environment node
import { expect, test } from 'vitest'
import { planDifferences } from '@/features/plans/plan-differences.ts'
import { planFacts, type PlanFacts } from '@/features/plans/plan-facts.ts'
import { planChangeKind, planRelation } from '@/features/plans/plan-relation.ts'
import { nextEvent } from '@/features/plans/subscription-state.ts'
import { planCatalogue } from '../support/plan-catalogue.ts'

const [free, pro, team] = planFacts(planCatalogue()) as [PlanFacts, PlanFacts, PlanFacts]

test('plans come smallest first, each with its open levels and limits; null is unlimited', () => {
  expect([free.id, pro.id, team.id]).toEqual(['free', 'pro', 'team'])
  expect(free.capabilities.map(({ levels }) => levels)).toEqual([['Fast'], []])
  expect(team.capabilities[0]).toMatchObject({
    levels: ['Fast', 'Premium'],
    limits: { minute: null, hour: null, day: null },
  })
})

test('a capability that is switched off for a plan is not in it', () => {
  const catalogue = planCatalogue()
  const [, changed] = planFacts({
    ...catalogue,
    plan_ai_capabilities: catalogue.plan_ai_capabilities.map((row) => ({
      ...row,
      is_enabled: row.capability_id !== 'polish',
    })),
  })
  expect(changed!.capabilities[1]!.levels).toEqual([])
})

test('a meter is compared even with a plan that does not include it', () => {
  const limits = [free, pro, team].map((plan) => plan.meters[0]!.limit)
  expect(limits).toEqual([0, 100, null])
})

test('an upgrade only gains', () => {
  const differences = planDifferences(free, team)
  expect(differences.every(({ isGain }) => isGain)).toBe(true)
  expect(differences.map(({ kind }) => kind)).toEqual([
    'monthlyCredits',
    'levels',
    'limits',
    'capability',
    'meter',
    'rollover',
    'topups',
    'payAsYouGo',
  ])
})

test('the way back loses exactly what the way there gained', () => {
  const there = planDifferences(free, team)
  const back = planDifferences(team, free)
  expect(back.map(({ kind }) => kind)).toEqual(there.map(({ kind }) => kind))
  expect(back.some(({ isGain }) => isGain)).toBe(false)
})

test('a plan compared with itself differs in nothing', () => {
  expect(planDifferences(pro, pro)).toEqual([])
})

test('going to a plan that costs nothing is a cancellation, to a cheaper one a downgrade', () => {
  expect(planRelation(pro, pro)).toBe('current')
  expect(planRelation(team, pro)).toBe('upgrade')
  expect(planRelation(pro, team)).toBe('downgrade')
  expect(planRelation(free, team)).toBe('cancel')
})

const subscription = {
  organization_id: 'org',
  plan_id: 'pro',
  status: 'active',
  is_billed: true,
  monthly_ai_credits: 500,
  period_start: '2026-11-01T00:00:00Z',
  period_end: '2026-12-01T00:00:00Z',
  pending_plan_id: null,
  pending_change_at: null,
  trial_ends_at: null,
  trial_used_at: null,
  grace_ends_at: null,
}

test.each([
  ['free', 'pro', false, 'active', 'first'],
  ['pro', 'team', false, 'active', 'first'],
  ['pro', 'pro', false, 'active', 'again'],
  ['pro', 'team', true, 'active', 'upgrade'],
  ['pro', 'team', true, 'trialing', 'afterTrial'],
  ['team', 'pro', true, 'active', 'downgrade'],
  ['team', 'free', true, 'trialing', 'cancel'],
])('from %s to %s (billed: %s, %s) is: %s', (from, to, is_billed, status, kind) => {
  const planOf = (id: string) => [free, pro, team].find((plan) => plan.id === id)!
  expect(planChangeKind(planOf(to), planOf(from), { is_billed, status })).toBe(kind)
})

test.each([
  [{}, 'renews', '2026-12-01T00:00:00Z'],
  [{ is_billed: false }, 'newCredits', '2026-12-01T00:00:00Z'],
  [
    { pending_plan_id: 'free', pending_change_at: '2026-12-01T00:00:00Z' },
    'changes',
    '2026-12-01T00:00:00Z',
  ],
  [{ pending_change_at: '2026-12-01T00:00:00Z' }, 'ends', '2026-12-01T00:00:00Z'],
  [
    { status: 'trialing', trial_ends_at: '2026-11-15T00:00:00Z' },
    'trialEnds',
    '2026-11-15T00:00:00Z',
  ],
  [
    { status: 'past_due', grace_ends_at: '2026-12-08T00:00:00Z' },
    'graceEnds',
    '2026-12-08T00:00:00Z',
  ],
])('%j: what happens next is %s', (columns, kind, at) => {
  expect(nextEvent({ ...subscription, ...columns })).toEqual({ kind, at })
})
