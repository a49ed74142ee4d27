import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAmount, toJsonNumber } from '../../src/credits/amounts.ts'

const hundredths = fc.integer({ min: 0, max: 99_999_999_999_999 })

/** Written without float arithmetic, to compare with. */
const textOf = (amount: number) =>
  `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, '0')}`

describe('an amount of credits', () => {
  test('keeps its value exactly, from text as from a JSON number', () => {
    fc.assert(
      fc.property(hundredths, (amount) => {
        const text = textOf(amount)
        const fromText = parseAmount(text)
        const fromNumber = parseAmount(JSON.parse(text) as number)
        expect(fromText).toEqual(fromNumber)
        const plain = 'amount' in fromText ? fromText.amount : ''
        const [integer = '', decimals = ''] = plain.split('.')
        expect(Number(integer) * 100 + Number(decimals.padEnd(2, '0'))).toBe(amount)
        expect(textOf(Math.round(toJsonNumber(plain) * 100))).toBe(text)
      }),
    )
  })

  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['007.50', '7.5'],
    ['1.000', '1'],
    [' 2.5 ', '2.5'],
    [1e2, '100'],
    [0.1, '0.1'],
  ])('%s is %s', (value, amount) => {
    expect(parseAmount(value)).toEqual({ amount })
  })

  test.each([
    [-0.01, 'not_negative'],
    ['-1', 'not_negative'],
    [-1e-9, 'not_negative'],
    [0.001, 'at_most_two_decimals'],
    [0.1 + 0.2, 'at_most_two_decimals'],
    [1e-7, 'at_most_two_decimals'],
    ['1.005', 'at_most_two_decimals'],
    [1e12, 'too_large'],
    [1e21, 'too_large'],
    ['1e3', 'not_a_number'],
    ['', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['1,5', 'not_a_number'],
    ['٣', 'not_a_number'],
    [Number.NaN, 'not_a_number'],
    [Number.POSITIVE_INFINITY, 'not_a_number'],
  ])('%s is refused (%s)', (value, problem) => {
    expect(parseAmount(value)).toEqual({ problem })
  })
})
