// @vitest-environment node
import { expect, test } from 'vitest'
import {
  historyEntries,
  mergeRows,
  nameOfActor,
  pageOf,
  type TransactionRow,
} from '@/features/credit-history/history-entries.ts'
import { filterFromQuery, queryFromFilter } from '@/features/credit-history/history-filter.ts'

const row = (sequence: number, changes: Partial<TransactionRow> = {}): TransactionRow => ({
  sequence,
  id: String(sequence),
  type: 'ai_consumption',
  amount_credits: -1,
  balance_after_credits: 100 - sequence,
  reservation_id: null,
  capability_id: null,
  quality_level_id: null,
  model_id: null,
  user_id: null,
  actor: null,
  description: null,
  created_at: '2026-11-22T12:00:00+00:00',
  ...changes,
})

test('a charge drawn from several grants is one entry, with its sum and its last balance', () => {
  const drawn = { reservation_id: 'r1' }
  const entries = historyEntries([
    row(4),
    row(3, { ...drawn, amount_credits: -0.2, balance_after_credits: 9.7 }),
    row(2, { ...drawn, amount_credits: -0.1, balance_after_credits: 9.9 }),
    row(1, { reservation_id: 'r0' }),
  ])
  expect(entries.map((entry) => entry.sequence)).toEqual([4, 3, 1])
  expect(entries[1]).toMatchObject({ amountCredits: -0.3, balanceAfterCredits: 9.7 })
})

test('rows without a reservation, and a refund beside its charge, stay apart', () => {
  const entries = historyEntries([
    row(3),
    row(2),
    row(1, { type: 'refund', reservation_id: 'r1', amount_credits: 1 }),
    row(0, { reservation_id: 'r1' }),
  ])
  expect(entries).toHaveLength(4)
})

test('a page never ends in the middle of a charge', () => {
  const charge = { reservation_id: 'r1' }
  const rows = [row(4), row(3, charge), row(2, charge), row(1)]
  const sequences = (pageRows: number) => pageOf(rows, pageRows).map((item) => item.sequence)
  expect(sequences(2)).toEqual([4])
  expect(sequences(3)).toEqual([4, 3, 2])
  expect(sequences(4)).toEqual([4, 3, 2, 1])
  const long = [row(3, charge), row(2, charge), row(1, charge)]
  expect(pageOf(long, 2)).toHaveLength(2)
})

test('a row that comes twice is there once', () => {
  const merged = mergeRows([row(3), row(2)], [row(4), row(3)])
  expect(merged.map((item) => item.sequence)).toEqual([4, 3, 2])
})

test('who it was is read from the snapshot', () => {
  expect(nameOfActor({ user_id: 'u', name: 'Ada', email: 'ada@example.com' })).toBe('Ada')
  expect(nameOfActor({ email: 'ada@example.com' })).toBe('ada@example.com')
  expect(nameOfActor(null)).toBeNull()
})

test('the address says what is filtered; nonsense in it filters nothing', () => {
  const filter = { type: 'refund', capability: 'question_generation' } as const
  expect(filterFromQuery(queryFromFilter(filter))).toEqual(filter)
  expect(filterFromQuery({ type: 'bribe', capability: ['a', 'b'] })).toEqual({
    type: null,
    capability: null,
  })
})
