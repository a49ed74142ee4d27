import { afterEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import AccessDeniedPrompt from '@/features/access/components/AccessDeniedPrompt.vue'
import { DENIAL_REASONS, isDenial, nextStepKey } from '@/features/access/denial.ts'
import { i18n } from '@/app/i18n.ts'
import { failure } from '@/shared/failure.ts'
import { mountInApp } from '../support/mount.ts'

afterEach(() => vi.useRealTimers())

function prompt(code: string, canManage: boolean, details: Record<string, unknown> = {}) {
  const wrapper = mountInApp(AccessDeniedPrompt, {
    props: {
      denial: failure(code, details),
      canManage,
      resetsAt: '2026-12-01T00:00:00+00:00',
      planName: (id: string) => ({ team: 'Team' })[id] ?? id,
    },
  })
  return wrapper
}

test.each([
  [
    'insufficient_credits',
    { required_credits: 2, available_credits: 0.5 },
    'needs 2 credits, and 0.5',
    'add credits',
  ],
  [
    'capability_not_in_plan',
    { unlocked_by_plan: 'team' },
    'The Team plan includes it',
    'Change the plan',
  ],
  [
    'quality_level_not_allowed',
    { unlocked_by_plan: 'team' },
    'The Team plan includes it',
    'change the plan',
  ],
  ['capability_disabled', {}, 'switched off', 'Try again later'],
  ['rate_limited', { retry_after_seconds: 7 }, 'Try again in 7 seconds', 'Nothing was charged'],
  ['quota_exceeded', {}, 'limit of your plan', 'next period'],
  ['member_cap_exceeded', {}, 'personal limit', 'Raise your limit'],
  ['subscription_inactive', {}, 'not active', 'Check the payment'],
])('%s says why and what to do', (code, details, why, next) => {
  const wrapper = prompt(code, true, details)
  expect(wrapper.get('[role=alert]').text()).toContain(why)
  expect(wrapper.text()).toContain(next)
  wrapper.unmount()
})

test.each([
  'insufficient_credits',
  'capability_not_in_plan',
  'quality_level_not_allowed',
  'quota_exceeded',
  'member_cap_exceeded',
  'subscription_inactive',
])('%s: a member who cannot buy is told to ask an admin', (code) => {
  const wrapper = prompt(code, false, { required_credits: 2, available_credits: 0 })
  expect(wrapper.text().toLowerCase()).toContain('ask an admin')
  wrapper.unmount()
})

test('running dry also says when new credits come', () => {
  const wrapper = prompt('insufficient_credits', true, {
    required_credits: 2,
    available_credits: 0,
  })
  expect(wrapper.text()).toContain('New credits come on Dec 1, 2026')
  wrapper.unmount()
})

test('the wait for a rate limit counts down, and says when it is over', async () => {
  vi.useFakeTimers()
  const wrapper = prompt('rate_limited', true, { retry_after_seconds: 2 })
  vi.advanceTimersByTime(1_000)
  await nextTick()
  expect(wrapper.text()).toContain('in 1 second')
  vi.advanceTimersByTime(1_000)
  await nextTick()
  expect(wrapper.text()).toContain('You can try again now')
  expect(wrapper.emitted('waited')).toHaveLength(1)
  wrapper.unmount()
})

test.each([
  ['insufficient_credits', true],
  ['quality_level_not_allowed', true],
  ['capability_not_in_plan', false],
  ['rate_limited', false],
])('%s: another level is offered where it helps (%s)', async (code, isOffered) => {
  const wrapper = mountInApp(AccessDeniedPrompt, {
    props: {
      denial: failure(code, { required_credits: 2, available_credits: 1 }),
      canManage: false,
      otherLevels: [{ id: 'fast', name: 'Fast', estimatedCredits: 0.5 }],
    },
  })
  const buttons = wrapper.findAll('button')
  expect(buttons.map((button) => button.text())).toEqual(
    isOffered ? ['Use Fast instead, ≈ 0.5 credits'] : [],
  )
  await buttons[0]?.trigger('click')
  expect(wrapper.emitted('chooseLevel')).toEqual(isOffered ? [['fast']] : undefined)
  wrapper.unmount()
})

test('every reason has a title, a sentence and a next step for both sides', () => {
  for (const reason of DENIAL_REASONS) {
    expect(isDenial(failure(reason))).toBe(true)
    const keys = [
      `access.titles.${reason}`,
      `errors.${reason}`,
      `access.explanation.ruleTexts.${reason}`,
    ]
    for (const key of [...keys, nextStepKey(reason, true), nextStepKey(reason, false)]) {
      expect(i18n.global.te(key), key).toBe(true)
    }
  }
  expect(isDenial(failure('provider_failed'))).toBe(false)
})
