import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinedAnswer, listOf, timeOf } from '../../src/db/joined-answers.ts'

interface Row {
  outcome: 'reserved' | 'refused'
  amount_credits: string | null
  levels: string[] | null
  retry_after_seconds: number | null
}

const answer = joinedAnswer<Row>({
  outcome: 'text',
  amount_credits: 'text',
  levels: listOf,
  retry_after_seconds: Number,
})

/** As the database joins the columns of rows. */
function joined(rows: Row[]) {
  const column = (textOf: (row: Row, index: number) => unknown) =>
    rows.map((row, index) => String(textOf(row, index) ?? '')).join('\n')
  return [
    {
      item: column((_row, index) => index + 1),
      outcome: column(({ outcome }) => outcome),
      amount_credits: column((row) => row.amount_credits),
      levels: column(({ levels }) => (levels === null ? null : `{${levels.join(',')}}`)),
      retry_after_seconds: column((row) => row.retry_after_seconds),
    },
  ]
}

const row: Row = {
  outcome: 'reserved',
  amount_credits: '2.00',
  levels: null,
  retry_after_seconds: null,
}

describe('an answer in joined columns', () => {
  it('is the rows that were joined, nulls and empty lists included', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record<Row>({
            outcome: fc.constantFrom('reserved', 'refused'),
            amount_credits: fc.option(fc.constantFrom('0.25', '12.00', '-3.50')),
            levels: fc.option(fc.array(fc.constantFrom('fast', 'enhanced'), { maxLength: 2 })),
            retry_after_seconds: fc.option(fc.nat(60)),
          }),
          { minLength: 1, maxLength: 20 },
        ),
        (rows) => {
          expect(answer.rowsOf(joined(rows), rows.length)).toEqual(rows)
        },
      ),
    )
  })

  it.each([
    ['nothing', []],
    ['too few rows', joined([row])],
    ['too many rows', joined([row, row, row])],
    ['rows in another order', [{ ...joined([row, row])[0]!, item: '2\n1' }]],
  ])('is refused with %s', (_what, rows) => {
    expect(() => answer.rowsOf(rows, 2)).toThrow('for others or in another order')
  })

  it('is refused when a value has a line break', () => {
    const [one] = joined([row, row])
    expect(() => answer.rowsOf([{ ...one!, outcome: 'a\nb\nc' }], 2)).toThrow(
      'outcome: 3 lines for 2 items',
    )
  })

  it('is of its own batch, although columns of the one before were the same', () => {
    const refused: Row = { ...row, outcome: 'refused' }
    for (const rows of [[row, refused], [row, refused], [refused, row], [row], [row, refused]]) {
      expect(answer.rowsOf(joined(rows), rows.length)).toEqual(rows)
    }
  })

  it('gives each row a time of its own', () => {
    const text = '2026-11-22 20:14:49+00'
    expect(timeOf(text)).not.toBe(timeOf(text))
    expect(timeOf(text)).toEqual(timeOf(text))
  })

  it('reads times as the database writes them', () => {
    expect(timeOf('2026-11-22 20:14:49.123456+00')).toEqual(new Date('2026-11-22T20:14:49.123Z'))
    expect(timeOf('2026-11-22 20:14:49+05:30')).toEqual(new Date('2026-11-22T14:44:49Z'))
  })
})
