import { parsePartialJson } from 'ai'
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { complete, streamChunks } from '../../doubles/openai/completion.ts'
import { countTokens } from '../../src/ai/count-tokens.ts'
import { callAction } from '../support/actions.ts'
import { startTestApi, type TestApi } from '../support/api.ts'
import { balanceOf, brokenInvariants } from '../support/organizations.ts'
import {
  allEvents,
  eventsOf,
  openStream,
  ownerOn,
  sessionOf,
  type Member,
} from '../support/streams.ts'

const CAPABILITY = 'testimonial_polish'

let api: TestApi
let owner: Member
/** Texts of the chunks that the double streams for the input below. */
let pieces: string[]

beforeAll(async () => {
  api = await startTestApi()
  owner = await ownerOn(api, 'team')
  await allEvents(await polish(randomUUID()))
  const request = api.double.requests[0]!
  const completion = complete(request, 1, null)
  pieces = [...streamChunks(completion, true)].map(textOfChunk)
})
afterEach(() => api.double.reset())
afterAll(async () => {
  expect(await brokenInvariants(api.sql)).toEqual([])
  await api.stop()
})

function textOfChunk(chunk: object): string {
  const { choices } = chunk as { choices: { delta: { content?: string } }[] }
  return choices[0]?.delta.content ?? ''
}

function polish(key: string, signal?: AbortSignal): Promise<Response> {
  const input = {
    testimonial: 'it saves me hours, every single week, and nobody has to chase orders any more',
    quality_level: 'enhanced',
    idempotency_key: key,
  }
  return openStream(api, 'polish_testimonial', input, owner.token, signal ? { signal } : {})
}

async function setPolicy(policy: string): Promise<void> {
  await api.sql`update public.ai_capabilities set abort_policy = ${policy} where id = ${CAPABILITY}`
}

interface Ended {
  status: string
  charged: number | null
  release_reason: string | null
  metadata: Record<string, unknown> | null
}

/** Leaves when the double is about to send this chunk and all before it have arrived. */
async function leaveBefore(chunk: number, key = randomUUID()): Promise<Ended> {
  api.double.reset()
  api.double.failWith({ kind: 'stall', at_chunk: chunk, times: 1 })
  const client = new AbortController()
  const events = eventsOf(await polish(key, client.signal))
  const { data } = (await events.next()).value!
  const written = pieces.slice(0, chunk).join('')
  const { value: arrived } = await parsePartialJson(written)
  const expected = { headline: null, ...(arrived as object | undefined) }
  if (written === '') await vi.waitFor(() => expect(api.double.requests).toHaveLength(1))
  else await untilPartial(events, expected)
  client.abort()
  return vi.waitFor(async () => {
    const [row] = await api.sql<Ended[]>`
      select status, charged_credits::float8 as charged, release_reason, (
        select public.credit_transactions_provider_metadata(written)
        from public.credit_transactions as written where written.reservation_id = hold.id
        order by written.sequence limit 1
      ) as metadata
      from public.credit_reservations as hold where id = ${data['reservation_id'] as string}`
    expect(row!.status).not.toBe('reserved')
    return row!
  })
}

async function untilPartial(events: ReturnType<typeof eventsOf>, expected: object) {
  for (;;) {
    const next = (await events.next()).value
    if (!next) throw new Error('the stream ended')
    if (JSON.stringify(next.data['partial']) === JSON.stringify(expected)) return
  }
}

describe('a caller who leaves in mid-stream', () => {
  test('pays for what was produced, by default, at every chunk', async () => {
    expect(pieces.length).toBeGreaterThan(4)
    for (const [chunk] of pieces.entries()) {
      const written = pieces.slice(0, chunk).join('')
      const ended = await leaveBefore(chunk)
      if (written === '') {
        expect(ended).toMatchObject({ status: 'released', release_reason: 'operation_abandoned' })
        continue
      }
      expect(ended).toMatchObject({
        status: 'settled',
        charged: 0.25,
        metadata: { usage_source: 'counted', output_tokens: countTokens(written) },
      })
      expect(ended.metadata!['input_tokens']).toBeGreaterThan(20)
    }
  })

  test('pays nothing where the capability says so, at every chunk', async () => {
    await setPolicy('charge_nothing')
    const before = await balanceOf(api.sql, owner.organizationId)
    for (const [chunk] of pieces.entries()) {
      expect(await leaveBefore(chunk)).toMatchObject({ status: 'released', charged: null })
    }
    expect(await balanceOf(api.sql, owner.organizationId)).toEqual(before)
    await setPolicy('charge_produced')
  })

  test('pays the estimate where the capability says so, at every chunk', async () => {
    await setPolicy('charge_estimate')
    for (const [chunk] of pieces.entries()) {
      expect(await leaveBefore(chunk)).toMatchObject({ status: 'settled', charged: 2 })
    }
    await setPolicy('charge_produced')
  })

  test('and comes back with the same key hears what it cost, without another model call', async () => {
    const key = randomUUID()
    const chunk = pieces.length - 2
    await leaveBefore(chunk, key)
    api.double.reset()
    const events = await allEvents(await polish(key))
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: {
        extensions: {
          code: 'operation_abandoned',
          charged_credits: 0.25,
          partial: { text: expect.stringContaining('It saves me hours') },
        },
      },
    })
    const input = {
      testimonial: 'it saves me hours, every single week, and nobody has to chase orders any more',
      quality_level: 'enhanced',
      idempotency_key: key,
    }
    const action = await callAction(api, 'polish_testimonial', { input }, sessionOf(owner))
    expect(action.body.extensions).toMatchObject({ code: 'operation_abandoned' })
    expect(api.double.requests).toHaveLength(0)
  })

  test('before anything was produced, and comes back, hears that nothing was charged', async () => {
    const key = randomUUID()
    await leaveBefore(0, key)
    const events = await allEvents(await polish(key))
    expect(events.at(-1)!.data).toMatchObject({
      extensions: { code: 'operation_abandoned', charged_credits: 0, partial: null },
    })
  })
})

describe('a caller who leaves during the repair', () => {
  test('pays for both calls', async () => {
    api.double.failWith({ kind: 'wrong_shape', times: 1 })
    api.double.failWith({ kind: 'stall', at_chunk: 2, times: 1 })
    const client = new AbortController()
    const events = eventsOf(await polish(randomUUID(), client.signal))
    const { data } = (await events.next()).value!
    for await (const { data: delta } of events) if (delta['attempt'] === 2) break
    client.abort()
    const single = countTokens(pieces.slice(0, 2).join(''))
    await vi.waitFor(async () => {
      const [row] = await api.sql`
        select output_tokens::int as output from public.credit_transactions
        where reservation_id = ${data['reservation_id'] as string}
        order by sequence limit 1`
      expect(row?.['output']).toBeGreaterThan(single)
    })
  })
})

test('a shutdown in mid-stream charges nothing and says so (overloaded)', async () => {
  const other = await startTestApi()
  try {
    const member = await ownerOn(other, 'team')
    other.double.failWith({ kind: 'stall', at_chunk: 3, times: 1 })
    const input = { testimonial: 'it saves me hours', idempotency_key: randomUUID() }
    const response = await openStream(other, 'polish_testimonial', input, member.token)
    const events = eventsOf(response)
    await events.next()
    await events.next()
    await other.deps.services.operations.stop()
    const rest = []
    for await (const event of events) rest.push(event)
    expect(rest.at(-1)).toMatchObject({
      event: 'error',
      data: { extensions: { code: 'overloaded' } },
    })
    expect(await balanceOf(other.sql, member.organizationId)).toMatchObject({
      posted: 2000,
      reserved: 0,
    })
  } finally {
    await other.stop()
  }
})
