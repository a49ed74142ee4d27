import { expect, test } from 'vitest'
import CapMemberCard from '@/features/member-caps/components/CapMemberCard.vue'
import { capsWithUsage, capSubjects, type MemberCap } from '@/features/member-caps/caps.ts'
import { mountInApp } from '../support/mount.ts'

const member = {
  id: 'membership',
  user_id: 'mio',
  role: 'member',
  user: { id: 'mio', name: 'Mio', email: 'mio@example.test' },
}
const subjects = capSubjects(
  [
    { id: 'letters', name: 'Letters', unit: 'letters', kind: 'flow' },
    { id: 'storage_bytes', name: 'Storage', unit: 'bytes', kind: 'level' },
  ],
  'Credits',
)
const row = (meter_id: string, period: string, limit_amount: number) => ({
  organization_id: 'org',
  user_id: 'mio',
  meter_id,
  period,
  limit_amount,
  updated_at: '2026-11-01T09:00:00Z',
  updated_by_user: { id: 'olga', name: 'Olga' },
})

test('credits come first; what is stored is capped in all, everything else by day or period', () => {
  expect(subjects.map(({ id, periods }) => [id, ...periods])).toEqual([
    ['credits', 'month', 'day'],
    ['letters', 'month', 'day'],
    ['storage_bytes', 'none'],
  ])
})

test('a cap is read with its own counter, and without one nothing is used', () => {
  const usage = {
    organization_id: 'org',
    user_id: 'mio',
    meter_id: 'letters',
    period: 'month',
    period_start: '2026-11-01T00:00:00Z',
    period_end: '2026-12-01T00:00:00Z',
    used_amount: 30,
    held_amount: 2,
  }
  const other = { ...usage, user_id: 'ada', used_amount: 99 }
  const caps = capsWithUsage(
    [row('letters', 'month', 40), row('letters', 'day', 5), row('storage_bytes', 'none', 1e9)],
    [other, usage, { ...usage, meter_id: 'storage_bytes', period: 'none', period_end: 'infinity' }],
  )
  expect(caps.map(({ used, held, resetsAt }) => [used, held, resetsAt])).toEqual([
    [30, 2, '2026-12-01T00:00:00Z'],
    [0, 0, null],
    [30, 2, null],
  ])
})

function cardWith(caps: MemberCap[], canChange: boolean) {
  return mountInApp(CapMemberCard, { props: { member, caps, subjects, canChange } })
}
const letters = capsWithUsage([row('letters', 'month', 40)], [])[0]!

test('a cap shows used and limit, who set it and when; managers change, remove and explain it', async () => {
  const wrapper = cardWith([letters], true)
  expect(wrapper.text()).toContain('0 of 40 letters used')
  expect(wrapper.text()).toContain('Set by Olga')
  for (const name of [
    'Set a cap for Mio',
    'Explain the limits of Mio: Letters, per period',
    'Change the cap of Mio: Letters, per period',
    'Remove the cap of Mio: Letters, per period',
  ])
    await wrapper.get(`button[aria-label="${name}"]`).trigger('click')
  expect(wrapper.emitted('set')).toEqual([[null], [letters]])
  expect(wrapper.emitted('explain')).toEqual([['letters']])
  expect(wrapper.emitted('remove')).toEqual([[letters]])
  wrapper.unmount()
})

test('a member reads the own cap and can only ask for its reason; without one that is said', () => {
  const own = cardWith([letters], false)
  expect(own.findAll('button').map((button) => button.text())).toEqual(['Explain'])
  own.unmount()
  const none = cardWith([], false)
  expect(none.text()).toContain('No cap')
  none.unmount()
})
