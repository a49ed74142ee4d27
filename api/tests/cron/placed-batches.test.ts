import { expect, test } from 'vitest'
import { runPlacedBatches } from '../../src/cron/placed-batches.ts'
import type { Place } from '../../src/db/jobs.ts'

const nothing = { processed: 0, failed: 0, periods: 0, remaining: false }

const place = (minute: number): Place => ({
  at: `2031-01-01 00:${String(minute).padStart(2, '0')}:00+00`,
  organizationId: '00000000-0000-0000-0000-000000000001',
})

test('each batch begins where the furthest one has ended, whichever lane that was', async () => {
  const asked: string[] = []
  const ends: ((batch: typeof nothing & { place: Place }) => void)[] = []
  const run = runPlacedBatches(
    10,
    'periods',
    (from, lane) => {
      asked.push(`${lane} ${from.at}`)
      return new Promise((resolve) => ends.push(resolve))
    },
    2,
  )
  const end = async (batch: number, minute: number, remaining: boolean) => {
    const counts = { processed: 2, failed: 1, periods: 3, remaining }
    ends[batch]?.({ ...counts, place: place(minute) })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(asked).toEqual(['0 -infinity', '1 -infinity'])
  await end(1, 20, true)
  await end(0, 10, true)
  await end(2, 30, false)
  await end(3, 40, false)
  expect(asked.slice(2)).toEqual([`1 ${place(20).at}`, `0 ${place(20).at}`])
  expect(await run).toEqual({ processed: 8, failed: 4, periods: 12, batches: 4, remaining: false })
})

test('all lanes together start no more batches than a run may have', async () => {
  const batch = { processed: 1, failed: 0, periods: 1, remaining: true, place: place(1) }
  const run = await runPlacedBatches(3, 'periods', async () => batch, 2)
  expect(run).toMatchObject({ batches: 3, processed: 3, remaining: true })
})

test('what fails in one lane ends the others after their batch, and the run', async () => {
  let batches = 0
  const run = runPlacedBatches(
    1000,
    'periods',
    async (from, lane) => {
      batches += 1
      if (lane === 1) throw new Error('the connection is lost')
      return { ...nothing, remaining: true, place: from }
    },
    2,
  )
  await expect(run).rejects.toThrow('the connection is lost')
  expect(batches).toBeLessThan(5)
})
