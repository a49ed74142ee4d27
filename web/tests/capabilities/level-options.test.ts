// @vitest-environment node
import { expect, test } from 'vitest'
import { effectiveDefault, levelOptions } from '@/features/capabilities/level-options.ts'
import type { CapabilityCatalogueQuery } from '@/gql/member/graphql.ts'

const CAPABILITY = 'question_generation'
const NOW = new Date('2026-11-22T12:00:00Z')
const START = '2026-01-01T00:00:00+00:00'

const price = (level: string, credits: number, from = START, to: string | null = null) => ({
  capability_id: CAPABILITY,
  quality_level_id: level,
  estimated_credits: credits,
  effective_from: from,
  effective_to: to,
})
const right = (plan: string, level: string) => ({
  plan_id: plan,
  capability_id: CAPABILITY,
  quality_level_id: level,
})
const enabled = (plan: string, is_enabled = true) => ({
  plan_id: plan,
  capability_id: CAPABILITY,
  is_enabled,
})

function catalogue(changes: Partial<CapabilityCatalogueQuery> = {}): CapabilityCatalogueQuery {
  return {
    plans: [
      { id: 'team', name: 'Team', rank: 3, is_active: true },
      { id: 'free', name: 'Free', rank: 1, is_active: true },
      { id: 'pro', name: 'Pro', rank: 2, is_active: true },
    ],
    quality_levels: [
      { id: 'premium', name: 'Premium', description: '', rank: 3 },
      { id: 'fast', name: 'Fast', description: '', rank: 1 },
      { id: 'enhanced', name: 'Enhanced', description: '', rank: 2 },
    ],
    ai_capabilities: [],
    ai_capability_quality_levels: [price('fast', 0.5), price('enhanced', 2), price('premium', 5)],
    plan_ai_capabilities: [enabled('free'), enabled('pro'), enabled('team')],
    plan_ai_capability_quality_levels: [
      right('free', 'fast'),
      right('pro', 'fast'),
      right('pro', 'enhanced'),
      right('team', 'fast'),
      right('team', 'enhanced'),
      right('team', 'premium'),
    ],
    llm_models: [],
    ...changes,
  }
}

const options = (plan: string, changes: Partial<CapabilityCatalogueQuery> = {}) =>
  levelOptions(catalogue(changes), plan, CAPABILITY, NOW)

test('a locked level names the smallest plan that opens it', () => {
  expect(options('free').map((level) => [level.id, level.isAllowed, level.unlockedByPlan])).toEqual(
    [
      ['fast', true, null],
      ['enhanced', false, 'Pro'],
      ['premium', false, 'Team'],
    ],
  )
})

test('a plan that is no longer sold opens nothing', () => {
  const plans = catalogue().plans.map((plan) => ({ ...plan, is_active: plan.id !== 'pro' }))
  expect(options('free', { plans })[1]?.unlockedByPlan).toBe('Team')
})

test('a capability that the plan has switched off locks all its levels', () => {
  const plan_ai_capabilities = [enabled('free', false), enabled('pro'), enabled('team')]
  expect(options('free', { plan_ai_capabilities }).every((level) => !level.isAllowed)).toBe(true)
})

test('the price shown is the one in force, not the last or the next', () => {
  const ai_capability_quality_levels = [
    price('fast', 0.25, START, '2026-11-01T00:00:00+00:00'),
    price('fast', 0.5, '2026-11-01T00:00:00+00:00', '2026-12-01T00:00:00+00:00'),
    price('fast', 1, '2026-12-01T00:00:00+00:00'),
  ]
  expect(options('free', { ai_capability_quality_levels })[0]?.estimatedCredits).toBe(0.5)
})

test('the default is the chosen level; else, or once it is locked, the cheapest open one', () => {
  expect(effectiveDefault(options('team'), 'premium')).toBe('premium')
  expect(effectiveDefault(options('team'), null)).toBe('fast')
  expect(effectiveDefault(options('free'), 'premium')).toBe('fast')
  expect(effectiveDefault(options('nothing'), 'fast')).toBeNull()
})
