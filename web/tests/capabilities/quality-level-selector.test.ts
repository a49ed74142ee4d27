import { afterEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import type { VueWrapper } from '@vue/test-utils'
import QualityLevelSelector from '@/features/capabilities/components/QualityLevelSelector.vue'
import type { LevelOption } from '@/features/capabilities/level-options.ts'
import { mountInApp } from '../support/mount.ts'

const level = (id: string, changes: Partial<LevelOption> = {}): LevelOption => ({
  id,
  name: id[0]?.toUpperCase() + id.slice(1),
  description: `About ${id}`,
  estimatedCredits: 2,
  isAllowed: true,
  unlockedByPlan: null,
  ...changes,
})
const options = [
  level('fast', { estimatedCredits: 0.5 }),
  level('enhanced'),
  level('premium', { isAllowed: false, unlockedByPlan: 'Team' }),
]

let wrapper: VueWrapper
afterEach(() => wrapper.unmount())

function mountSelector(props: Record<string, unknown> = {}) {
  wrapper = mountInApp(QualityLevelSelector, {
    props: {
      options,
      legend: 'Quality level',
      modelValue: 'fast',
      defaultLevelId: 'fast',
      ...props,
    },
  })
  return wrapper
}

const radio = (id: string) => wrapper.get<HTMLInputElement>(`input[value=${id}]`)
const described = (id: string) =>
  (radio(id).attributes('aria-describedby') ?? '')
    .split(' ')
    .map((part) => document.getElementById(part)?.textContent?.trim())
    .join(' | ')

test('it is one group of radios, named and priced', () => {
  mountSelector()
  expect(wrapper.get('fieldset legend').text()).toBe('Quality level')
  expect(
    new Set(wrapper.findAll('input[type=radio]').map((item) => item.attributes('name'))).size,
  ).toBe(1)
  const labelId = radio('enhanced').attributes('aria-labelledby') ?? ''
  expect(document.getElementById(labelId)?.textContent).toBe('Enhanced')
  expect(described('enhanced')).toContain('≈ 2 credits a run')
  expect(described('fast')).toContain('Default')
})

test('choosing an open level emits it', async () => {
  mountSelector()
  await radio('enhanced').trigger('click')
  expect(wrapper.emitted('update:modelValue')).toEqual([['enhanced']])
})

test('a locked level can be reached by the keyboard, says what opens it, and is not chosen', async () => {
  mountSelector()
  const locked = radio('premium')
  expect(locked.attributes('disabled')).toBeUndefined()
  expect(locked.attributes('aria-disabled')).toBe('true')
  expect(described('premium')).toContain('Opens with Team')
  locked.element.focus()
  // What browsers send when an arrow key moves to a radio.
  const click = new MouseEvent('click', { bubbles: true, cancelable: true })
  locked.element.dispatchEvent(click)
  await nextTick()
  expect(document.activeElement).toBe(locked.element)
  expect(wrapper.emitted('update:modelValue')).toBeUndefined()
  // With its click prevented, a browser puts the check mark back to where it was.
  expect(click.defaultPrevented).toBe(true)
  expect(wrapper.get('[role=status]').text()).toBe(
    'Premium is locked. It opens with the Team plan.',
  )
})

test('read-only: nothing can be chosen, everything can be read', async () => {
  mountSelector({ disabled: true })
  await radio('enhanced').trigger('click')
  expect(wrapper.emitted('update:modelValue')).toBeUndefined()
  expect(radio('enhanced').attributes('aria-disabled')).toBe('true')
})
