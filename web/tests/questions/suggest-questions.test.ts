import { CombinedError } from '@urql/core'
import { beforeEach, expect, test } from 'vitest'
import {
  useSuggestQuestions,
  type RunState,
} from '@/features/question-generation/use-suggest-questions.ts'
import { runInApp } from '../support/mount.ts'

type Listener = (result: { data?: unknown; error?: CombinedError }) => void

const request = {
  product_name: 'Lantern',
  product_description: 'A reading lamp.',
  count: 3,
  quality_level: 'fast',
}
const answer = { suggest_questions: { charged_credits: 0.25, questions: [] } }

let sent: { key: string; answer: Listener; isAborted: boolean }[]

beforeEach(() => {
  sent = []
  sessionStorage.clear()
})

function start(scope = 'person:organization') {
  const client = {
    mutation: (_document: unknown, { input }: { input: { idempotency_key: string } }) => ({
      subscribe(listener: Listener) {
        const call = { key: input.idempotency_key, answer: listener, isAborted: false }
        sent.push(call)
        return { unsubscribe: () => (call.isAborted = true) }
      },
    }),
  }
  return runInApp(() => useSuggestQuestions({ scope }), client as never).result
}

const refused = (code: string, details = {}) =>
  new CombinedError({ graphQLErrors: [{ message: code, extensions: { code, ...details } }] })
const offline = new CombinedError({ networkError: new TypeError('Failed to fetch') })
const status = (state: RunState) => state.status

test('an answer uses the key up: the next run is a new one', () => {
  const { state, run } = start()
  run(request, 0.5)
  expect(status(state.value)).toBe('running')
  sent[0]!.answer({ data: answer })
  expect(state.value).toMatchObject({ status: 'done', estimatedCredits: 0.5 })
  run(request, 0.5)
  expect(sent[1]!.key).not.toBe(sent[0]!.key)
})

test('a double click runs once', () => {
  const { run } = start()
  run(request, 0.5)
  run(request, 0.5)
  expect(sent).toHaveLength(1)
})

test.each(['unreachable', 'backend_unavailable', 'internal_error', 'overloaded'])(
  '%s leaves open what happened: the retry sends the same key',
  (code) => {
    const { state, run } = start()
    run(request, 0.5)
    sent[0]!.answer({ error: code === 'unreachable' ? offline : refused(code) })
    expect(state.value).toMatchObject({ status: 'failed', isDecided: false })
    run(request, 0.5)
    expect(sent[1]!.key).toBe(sent[0]!.key)
  },
)

test.each(['provider_failed', 'insufficient_credits', 'rate_limited', 'idempotency_conflict'])(
  '%s is decided and charged nothing: the retry is a new run',
  (code) => {
    const { state, run } = start()
    run(request, 0.5)
    sent[0]!.answer({ error: refused(code) })
    expect(state.value).toMatchObject({ status: 'failed', isDecided: true, problem: { code } })
    run(request, 0.5)
    expect(sent[1]!.key).not.toBe(sent[0]!.key)
  },
)

test('after stopping, or a reload, the same text finds the same run', () => {
  const first = start()
  first.run(request, 0.5)
  first.stop()
  expect(sent[0]!.isAborted).toBe(true)
  expect(status(first.state.value)).toBe('stopped')
  const afterReload = start()
  afterReload.run(request, 0.5)
  expect(sent[1]!.key).toBe(sent[0]!.key)
})

test('other text, or another organization, is another run', () => {
  const { run, stop } = start()
  run(request, 0.5)
  stop()
  run({ ...request, count: 4 }, 0.5)
  start('person:other').run(request, 0.5)
  expect(new Set(sent.map((call) => call.key)).size).toBe(3)
})
