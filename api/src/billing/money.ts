/** Stripe counts in cents, the database in dollars with two decimals; no float in between. */
export function usdOfCents(cents: number): string {
  if (!Number.isSafeInteger(cents)) throw new Error(`not a whole number of cents: ${cents}`)
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export function centsOfUsd(usd: string): number {
  const match = /^(\d{1,10})(?:\.(\d{1,2})0*)?$/.exec(usd)
  if (!match) throw new Error(`not an amount in dollars and cents: ${usd}`)
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

export function isoOfSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
