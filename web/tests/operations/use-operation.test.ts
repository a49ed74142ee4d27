import { CombinedError } from '@urql/core'
import { beforeEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { suggestQuestions } from '@/features/question-generation/suggest-questions.ts'
import { failure } from '@/shared/failure.ts'
import {
  operationStreamKey,
  type OpenedStream,
  type OpenOperationStream,
  type OperationEvent,
} from '@/shared/operation/operation-stream.ts'
import { useOperation } from '@/shared/operation/use-operation.ts'
import { runInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

type Listener = (result: { data?: unknown; error?: CombinedError }) => void

interface SentInput {
  idempotency_key: string
  quality_level: string
}

const request = { product_name: 'Lantern', product_description: 'A reading lamp.', count: 3 }
const answer = { charged_credits: 0.25, questions: [] }

/** Plain actions that were sent. */
let sent: { key: string; answer: Listener; isAborted: boolean }[]
/** Streams that were opened. */
let streams: {
  input: SentInput
  signal: AbortSignal
  push: (event: OperationEvent | null) => void
}[]

beforeEach(() => {
  sent = []
  streams = []
  sessionStorage.clear()
})

const client = {
  mutation: (_document: unknown, { input }: { input: SentInput }) => ({
    subscribe(listener: Listener) {
      const call = { key: input.idempotency_key, answer: listener, isAborted: false }
      sent.push(call)
      return { unsubscribe: () => (call.isAborted = true) }
    },
  }),
}

function start(options: { scope?: string; stream?: OpenOperationStream } = {}) {
  const { scope = 'person:organization', stream } = options
  const { result, unmount } = runInApp(
    () => useOperation(suggestQuestions, { scope }),
    client as never,
    stream && { [operationStreamKey as symbol]: stream },
  )
  return { ...result, unmount, run: () => result.run(request, 'fast', 0.5) }
}

/** A stream that the test writes; null breaks it off. */
const written: OpenOperationStream = (_operation, input, signal) => {
  const waiting: (OperationEvent | null)[] = []
  let wake = () => {}
  const push = (event: OperationEvent | null) => {
    waiting.push(event)
    wake()
  }
  streams.push({ input: input as SentInput, signal, push })
  async function* events() {
    for (;;) {
      const event = waiting.shift()
      if (event) yield event
      else if (event === null) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return Promise.resolve({ status: 'open', events: events() })
}
const opening =
  (opened: OpenedStream): OpenOperationStream =>
  () =>
    Promise.resolve(opened)
const refused = (code: string) =>
  new CombinedError({ graphQLErrors: [{ message: code, extensions: { code } }] })
const offline = new CombinedError({ networkError: new TypeError('Failed to fetch') })
const settle = () => new Promise((resolve) => setTimeout(resolve))

const reservation: OperationEvent = { event: 'reservation', data: { reservation_id: 'r1' } }
const delta = (questions: object[]): OperationEvent => ({
  event: 'delta',
  data: { partial: { questions } },
})

test('a stream shows what is written, and its result uses the key up', async () => {
  const { state, run } = start({ stream: written })
  run()
  await settle()
  streams[0]!.push(reservation)
  streams[0]!.push(delta([{ text: 'Why' }]))
  await until(() => state.value.status === 'running' && state.value.partial !== null, 'a partial')
  expect(state.value).toMatchObject({ way: 'stream', partial: { questions: [{ text: 'Why' }] } })
  streams[0]!.push({ event: 'result', data: answer })
  await until(() => state.value.status === 'done', 'the result')
  expect(state.value).toMatchObject({ answer, estimatedCredits: 0.5 })
  run()
  await settle()
  expect(streams[1]!.input.idempotency_key).not.toBe(streams[0]!.input.idempotency_key)
})

test('cancelling ends the stream, keeps what was written, and the same text is a new run', async () => {
  const { state, run, stop } = start({ stream: written })
  run()
  await settle()
  streams[0]!.push(reservation)
  streams[0]!.push(delta([{ text: 'Why' }]))
  await until(() => state.value.status === 'running' && state.value.partial !== null, 'a partial')
  stop()
  expect(streams[0]!.signal.aborted).toBe(true)
  expect(state.value).toMatchObject({
    status: 'ended',
    cause: 'cancelled',
    reservationId: 'r1',
    partial: { questions: [{ text: 'Why' }] },
  })
  run()
  await settle()
  expect(streams[1]!.input.idempotency_key).not.toBe(streams[0]!.input.idempotency_key)
})

test('a stream that breaks leaves open what happened: the retry sends the same key', async () => {
  const { state, run } = start({ stream: written })
  run()
  await settle()
  streams[0]!.push(reservation)
  streams[0]!.push(null)
  await until(() => state.value.status === 'ended', 'the end')
  expect(state.value).toMatchObject({ cause: 'lost', reservationId: 'r1' })
  run()
  await settle()
  expect(streams[1]!.input.idempotency_key).toBe(streams[0]!.input.idempotency_key)
})

test('an error in the stream is an answer', async () => {
  const { state, run } = start({ stream: written })
  run()
  await settle()
  const extensions = { code: 'provider_failed', charged_credits: 0 }
  streams[0]!.push({ event: 'error', data: { message: 'no', extensions } })
  await until(() => state.value.status === 'failed', 'the failure')
  expect(state.value).toMatchObject({ isDecided: true, problem: { code: 'provider_failed' } })
})

test('whoever leaves the page has not cancelled, and finds the same run again', async () => {
  const first = start({ stream: written })
  first.run()
  await settle()
  first.unmount()
  streams[0]!.push(reservation)
  streams[0]!.push({ event: 'result', data: answer })
  await settle()
  expect(streams[0]!.signal.aborted).toBe(false)
  start({ stream: written }).run()
  await settle()
  expect(streams[1]!.input.idempotency_key).toBe(streams[0]!.input.idempotency_key)
})

test('what is refused before the stream is told as it is, without a plain action', async () => {
  const problem = failure('rate_limited', { retry_after_seconds: 9 })
  const { state, run } = start({ stream: opening({ status: 'refused', problem }) })
  run()
  await settle()
  expect(state.value).toMatchObject({ status: 'failed', isDecided: true, problem })
  expect(sent).toHaveLength(0)
})

test('where nobody streams, the plain action does the work', async () => {
  const { state, run } = start()
  run()
  await settle()
  expect(state.value).toMatchObject({ status: 'running', way: 'action' })
  sent[0]!.answer({ data: { suggest_questions: answer } })
  expect(state.value).toMatchObject({ status: 'done', answer, estimatedCredits: 0.5 })
  run()
  await settle()
  expect(sent[1]!.key).not.toBe(sent[0]!.key)
})

test('a double click runs once', async () => {
  const { run } = start()
  run()
  run()
  await settle()
  expect(sent).toHaveLength(1)
})

test.each(['unreachable', 'backend_unavailable', 'internal_error', 'overloaded'])(
  '%s leaves open what happened: the retry sends the same key',
  async (code) => {
    const { state, run } = start()
    run()
    await settle()
    sent[0]!.answer({ error: code === 'unreachable' ? offline : refused(code) })
    expect(state.value).toMatchObject({ status: 'failed', isDecided: false })
    run()
    await settle()
    expect(sent[1]!.key).toBe(sent[0]!.key)
  },
)

test.each([
  'provider_failed',
  'insufficient_credits',
  'rate_limited',
  'idempotency_conflict',
  'operation_abandoned',
])('%s is decided: the retry is a new run', async (code) => {
  const { state, run } = start()
  run()
  await settle()
  sent[0]!.answer({ error: refused(code) })
  expect(state.value).toMatchObject({ status: 'failed', isDecided: true, problem: { code } })
  run()
  await settle()
  expect(sent[1]!.key).not.toBe(sent[0]!.key)
})

test('a plain action goes on when nobody waits; after that, or a reload, the same text finds it', async () => {
  const first = start()
  first.run()
  await settle()
  first.stop()
  expect(sent[0]!.isAborted).toBe(true)
  expect(first.state.value.status).toBe('stopped')
  start().run()
  await settle()
  expect(sent[1]!.key).toBe(sent[0]!.key)
})

test('another organization is another run', async () => {
  const first = start()
  first.run()
  await settle()
  first.stop()
  start({ scope: 'person:other' }).run()
  await settle()
  await nextTick()
  expect(sent[1]!.key).not.toBe(sent[0]!.key)
})
