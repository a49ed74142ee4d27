import { afterEach, expect, test, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { assembleTestimonial } from '@/features/testimonials/assemble-testimonial.ts'
import { polishTestimonial } from '@/features/testimonials/polish-testimonial.ts'
import { failure } from '@/shared/failure.ts'
import OperationFailure from '@/shared/operation/components/OperationFailure.vue'
import OperationProgress from '@/shared/operation/components/OperationProgress.vue'
import { usePacedAnnouncement } from '@/shared/operation/use-paced-announcement.ts'
import * as v from 'valibot'
import { mountInApp, runInApp } from '../support/mount.ts'

const PACE_MILLISECONDS = 4_000

afterEach(() => vi.useRealTimers())

test('growing text is read out in whole sentences, each once, a few seconds apart', () => {
  vi.useFakeTimers()
  const text = ref('')
  const { result, unmount } = runInApp(() => usePacedAnnouncement(text))
  const read = (now: string) => {
    text.value = now
    vi.advanceTimersByTime(PACE_MILLISECONDS)
    return result.value
  }
  expect(read('It saves us')).toBe('')
  expect(read('It saves us hours. Every')).toBe('It saves us hours.')
  expect(read('It saves us hours. Every day, all')).toBe('It saves us hours.')
  expect(read('It saves us hours. Every day, all year. And')).toBe('Every day, all year.')
  // Another model starts over.
  expect(read('New. And')).toBe('New.')
  unmount()
})

test.each([
  ['charge_produced', 'you pay for what was produced'],
  ['charge_nothing', 'you pay nothing'],
  ['charge_estimate', 'the whole estimate is charged'],
])('%s is said before anybody cancels', (abortPolicy, words) => {
  const run = { status: 'running', startedAt: Date.now(), way: 'stream', partial: null }
  const wrapper = mountInApp(OperationProgress, {
    props: { run, title: 'Polishing', abortPolicy, partialText: '' },
  })
  expect(wrapper.text()).toContain(words)
  expect(wrapper.get('button').text()).toBe('Cancel')
  wrapper.unmount()
})

test('a plain action cannot be cancelled, only no longer waited for', async () => {
  const run = { status: 'running', startedAt: Date.now(), way: 'action', partial: null }
  const wrapper = mountInApp(OperationProgress, {
    props: { run, title: 'Polishing', abortPolicy: 'charge_produced', partialText: '' },
  })
  expect(wrapper.get('button').text()).toBe('Stop waiting')
  await wrapper.get('button').trigger('click')
  await nextTick()
  expect(wrapper.emitted('stop')).toHaveLength(1)
  wrapper.unmount()
})

test.each([
  ['provider_failed', 0, 'You were not charged'],
  ['operation_abandoned', 0.25, 'The run ended early, and was charged'],
])('%s that charged %s says: %s', (code, charged, title) => {
  const problem = failure(code, { charged_credits: charged })
  const wrapper = mountInApp(OperationFailure, { props: { problem, isDecided: true } })
  expect(wrapper.get('[role=alert]').text()).toContain(title)
  wrapper.unmount()
})

const t = (key: string) => key

test('a testimonial that the api would refuse is not sent', () => {
  const isValid = (testimonial: string) =>
    v.safeParse(polishTestimonial.schema(t), { testimonial, instructions: '' }).success
  expect(isValid('x'.repeat(5_000))).toBe(true)
  expect(isValid('x'.repeat(5_001))).toBe(false)
  expect(isValid('  ')).toBe(false)
})

test('an interview has a limit of its own, beside those of its answers', () => {
  const answers = (count: number) =>
    Array.from({ length: count }, () => ({ question: 'q', answer: 'x'.repeat(3_999) }))
  const isValid = (count: number) =>
    v.safeParse(assembleTestimonial.schema(t), {
      productName: 'Lantern',
      customerName: '',
      answers: answers(count),
    }).success
  expect(isValid(5)).toBe(true)
  expect(isValid(6)).toBe(false)
})
