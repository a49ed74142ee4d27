import type Stripe from 'stripe'

const DAY_SECONDS = 86_400

/**
 * The n-th boundary of a billing cycle, by UTC. The anchor's day is kept, and cut where a month is
 * shorter: 31 Jan, 28 Feb, 31 Mar.
 */
export function boundary(anchor: number, recurring: Stripe.Price.Recurring, n: number): number {
  const count = n * recurring.interval_count
  switch (recurring.interval) {
    case 'day':
      return anchor + count * DAY_SECONDS
    case 'week':
      return anchor + count * 7 * DAY_SECONDS
    case 'year':
      return addMonths(anchor, count * 12)
    default:
      return addMonths(anchor, count)
  }
}

/** The first boundary after a moment that is not before the anchor. */
export function nextBoundary(
  anchor: number,
  recurring: Stripe.Price.Recurring,
  after: number,
): number {
  // Near enough from below, whatever the length of the months.
  const average = boundary(0, recurring, 48) / 48
  let n = Math.max(0, Math.floor((after - anchor) / average) - 2)
  while (boundary(anchor, recurring, n) <= after) n += 1
  return boundary(anchor, recurring, n)
}

function addMonths(anchor: number, months: number): number {
  const date = new Date(anchor * 1000)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth() + months
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = Math.min(date.getUTCDate(), lastDay)
  const timeOfDay = anchor - Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) / 1000
  return Date.UTC(year, month, day) / 1000 + timeOfDay
}
