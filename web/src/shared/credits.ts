// Credits are exact decimals with two digits of scale. They arrive as JSON numbers; every sum and comparison is made
// in whole hundredths, so that 0.1 + 0.2 never shows up on a bill.

const HUNDREDTHS = 100

export function toHundredths(credits: number): number {
  return Math.round(credits * HUNDREDTHS)
}

export function fromHundredths(hundredths: number): number {
  return hundredths / HUNDREDTHS
}

export function sumCredits(amounts: readonly number[]): number {
  return fromHundredths(amounts.reduce((sum, amount) => sum + toHundredths(amount), 0))
}

export function subtractCredits(from: number, amount: number): number {
  return fromHundredths(toHundredths(from) - toHundredths(amount))
}
