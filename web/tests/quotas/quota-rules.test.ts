import { expect, test } from 'vitest'
import QuotaRules from '@/features/quotas/components/QuotaRules.vue'
import { quotaSourceFrom } from '@/features/quotas/quota-source.ts'
import { mountInApp } from '../support/mount.ts'

const rule = {
  level: 'plan',
  scope: 'organization',
  user_id: null,
  period: 'month',
  limit: 100,
  used: 40,
  held: 0,
  remaining: 60,
  is_hard: true,
  burst_amount: 0,
  grace_ends_at: null,
  refuses_above: 100,
  resets_at: '2026-12-01T00:00:00Z',
  binds: false,
  source: { plan: 'pro', in_plan: true },
}

function linesOf(...rules: object[]) {
  const wrapper = mountInApp(QuotaRules, {
    props: {
      explanation: {
        meter: 'letters',
        name: 'Letters',
        unit: 'letters',
        kind: 'flow',
        plan: 'pro',
        time_zone: 'UTC',
        rules: rules.map((change) => ({ ...rule, ...change })),
      },
      planName: () => 'Pro',
      personName: (id: string) => (id === 'olga' ? 'Olga' : null),
    },
  })
  const lines = wrapper.findAll('li').map((line) => line.text())
  wrapper.unmount()
  return lines
}

test('each rule says what is used and left of it, when it starts anew and where it comes from', () => {
  const [cap, plan] = linesOf(
    {
      level: 'member_cap',
      scope: 'user',
      limit: 10,
      used: 10,
      remaining: 0,
      binds: true,
      source: { set_by_user_id: 'olga', set_at: '2026-11-01T09:00:00Z' },
    },
    { held: 5, is_hard: false },
  )
  for (const part of ['Member cap', 'One person', 'This one decides', '10 of 10 letters used'])
    expect(cap).toContain(part)
  expect(cap).toContain('Cap set by Olga, Nov 1, 2026')
  expect(plan).not.toContain('This one decides')
  for (const part of ['5 letters held', '60 letters left', 'only a warning', 'the Pro plan'])
    expect(plan).toContain(part)
  expect(plan).toContain('Starts anew Dec 1, 2026')
})

test('an override tells why, by whom and until when; what is not in the plan says so', () => {
  const [override, outside, unlimited] = linesOf(
    {
      level: 'override',
      source: {
        reason: 'Big launch',
        set_by: { name: 'Pia' },
        until: '2026-12-24T00:00:00Z',
        user_id: null,
      },
    },
    { limit: 0, used: 0, remaining: 0, source: { plan: 'pro', in_plan: false } },
    { limit: null, remaining: null },
  )
  expect(override).toContain('Set by the operators of Purser: Big launch. Set by Pia. Until Dec 24')
  expect(outside).toContain('The Pro plan does not include it.')
  expect(unlimited).toContain('40 letters used, unlimited')
})

test('a source that lacks something is read all the same', () => {
  expect(quotaSourceFrom('override', null)).toMatchObject({ kind: 'override', reason: '' })
  expect(quotaSourceFrom('member_cap', { set_by_user_id: null })).toEqual({
    kind: 'member_cap',
    setByUserId: null,
    setAt: null,
  })
  expect(quotaSourceFrom('brand_new', 'x')).toMatchObject({ kind: 'plan' })
})
