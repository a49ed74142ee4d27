// @vitest-environment node
import { expect, test } from 'vitest'
import { subtractCredits, sumCredits } from '@/shared/credits.ts'
import { createFormatters } from '@/shared/format.ts'

test('sums and differences are exact to the hundredth', () => {
  expect(sumCredits([0.1, 0.2])).toBe(0.3)
  expect(sumCredits(Array.from({ length: 1000 }, () => 0.01))).toBe(10)
  expect(subtractCredits(2012.35, 0.45)).toBe(2011.9)
  expect(subtractCredits(0.5, 2)).toBe(-1.5)
})

test('amounts, days and waits read as people write them', () => {
  const format = createFormatters('en')
  expect(format.credits(2012.5)).toBe('2,012.5')
  expect(format.credits(null)).toBe('–')
  expect(format.exactSignedCredits(100)).toBe('+100.00')
  expect(format.day('2026-12-01T00:00:00+00:00')).toBe('Dec 1, 2026')
  const now = new Date('2026-11-30T23:59:00Z')
  expect(format.untilDay('2026-12-01T00:00:00+00:00', now)).toBe('tomorrow')
})
