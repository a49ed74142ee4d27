import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { reserve } from '../support/operations.ts'

/**
 * Every plan × capability × level of the seeds, written out by hand from the requirements (3.3–3.6):
 * what the access check says, and that the reservation says the same.
 */
const PLANS = ['free', 'pro', 'team'] as const
const CAPABILITIES = ['question_generation', 'testimonial_assembly', 'testimonial_polish'] as const
const LEVELS = ['fast', 'enhanced', 'premium'] as const

const ESTIMATES = {
  question_generation: { fast: '0.50', enhanced: '2.00', premium: '5.00' },
  testimonial_assembly: { fast: '1.00', enhanced: '4.00', premium: '10.00' },
  testimonial_polish: { fast: '0.50', enhanced: '2.00', premium: '5.00' },
}
const FIRST_MODELS = {
  fast: 'google/gemini-2.5-flash-lite',
  enhanced: 'openai/gpt-5-mini',
  premium: 'openai/gpt-5',
}
const ALLOWED: Record<(typeof PLANS)[number], Partial<Record<string, string[]>>> = {
  free: { question_generation: ['fast'] },
  pro: {
    question_generation: ['fast', 'enhanced'],
    testimonial_assembly: ['fast', 'enhanced'],
    testimonial_polish: ['fast', 'enhanced'],
  },
  team: {
    question_generation: ['fast', 'enhanced', 'premium'],
    testimonial_assembly: ['fast', 'enhanced', 'premium'],
    testimonial_polish: ['fast', 'enhanced', 'premium'],
  },
}
const LIMITS = { free: [5, 10, 50], pro: [30, 100, 500], team: [] }

const CASES = PLANS.flatMap((plan) =>
  CAPABILITIES.flatMap((capability) => LEVELS.map((level) => ({ plan, capability, level }))),
)

let desk: Desk
const organizations = new Map<string, string>()

beforeAll(async () => {
  desk = await openDesk()
  for (const plan of PLANS) organizations.set(plan, await createOrganization(desk, { plan }))
})
afterAll(() => desk.close())

function expected({ plan, capability, level }: (typeof CASES)[number]) {
  const levels = ALLOWED[plan][capability]
  const unlockedBy = PLANS.find((candidate) => ALLOWED[candidate][capability]?.includes(level))
  const reason = !levels
    ? 'capability_not_in_plan'
    : levels.includes(level)
      ? null
      : 'quality_level_not_allowed'
  return {
    allowed: reason === null,
    reason,
    quality_level_id: level,
    model_id: reason === null ? FIRST_MODELS[level] : null,
    estimated_credits: ESTIMATES[capability][level],
    allowed_quality_levels: levels ?? [],
    unlocked_by_plan: reason === null ? null : unlockedBy,
  }
}

describe.each(CASES)('$plan, $capability, $level', (wish) => {
  test('the check says what the plan buys', async () => {
    const organization = organizations.get(wish.plan)!
    const [row] = await desk.api`
      select * from private.check_ai_access(
        ${organization}, null, ${wish.capability}, ${wish.level}, null)`
    expect(row).toMatchObject(expected(wish))
    const limits = ALLOWED[wish.plan][wish.capability] ? LIMITS[wish.plan] : []
    expect(row!['rate_limits'].map((entry: { limit: number }) => entry.limit)).toEqual(limits)
  })

  test('the reservation says the same', async () => {
    const organization = await createOrganization(desk, { plan: wish.plan })
    const { reason, model_id: model } = expected(wish)
    const [row] = await reserve(desk.api, {
      organization,
      capability: wish.capability,
      level: wish.level,
      amount: null,
    })
    expect(row!.outcome).toBe(reason ?? 'reserved')
    if (reason === null) {
      expect(row).toMatchObject({
        model_id: model,
        amount_credits: ESTIMATES[wish.capability][wish.level],
      })
    }
  })
})

test('a default level serves where none is asked for, else the lowest that is allowed', async () => {
  const organization = await createOrganization(desk, { plan: 'pro' })
  const level = async () => {
    const [row] = await desk.api`
      select quality_level_id from private.check_ai_access(
        ${organization}, null, 'testimonial_polish', null, null)`
    return row!['quality_level_id'] as string
  }
  expect(await level()).toBe('fast')
  await desk.admin`
    insert into public.organization_quality_defaults (organization_id, capability_id, quality_level_id)
    values (${organization}, 'testimonial_polish', 'enhanced')`
  expect(await level()).toBe('enhanced')
})
