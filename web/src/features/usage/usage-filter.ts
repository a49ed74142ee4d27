export const RANGES_DAYS = [7, 30, 90] as const
export const SPLITS = ['total', 'capability', 'level', 'model', 'member'] as const
export const CREDITS = 'credits'

export type RangeDays = (typeof RANGES_DAYS)[number]
export type Split = (typeof SPLITS)[number]

/** What the dashboard shows: so many days of one meter (credits are one), by day and by something else. */
export interface UsageFilter {
  days: RangeDays
  split: Split
  meter: string
}

const DEFAULTS: UsageFilter = { days: 30, split: 'capability', meter: CREDITS }

/** Reads the address of the page; what makes no sense there is as good as not given. */
export function filterFromQuery(query: Record<string, unknown>): UsageFilter {
  const meter = typeof query.meter === 'string' && query.meter ? query.meter : DEFAULTS.meter
  const split = SPLITS.find((known) => known === query.by) ?? DEFAULTS.split
  return {
    days: RANGES_DAYS.find((known) => String(known) === query.days) ?? DEFAULTS.days,
    split: isSplitOf(meter, split) ? split : 'total',
    meter,
  }
}

export function queryFromFilter(filter: UsageFilter): Record<string, string> {
  return {
    ...(filter.days === DEFAULTS.days ? {} : { days: String(filter.days) }),
    ...(filter.split === DEFAULTS.split ? {} : { by: filter.split }),
    ...(filter.meter === DEFAULTS.meter ? {} : { meter: filter.meter }),
  }
}

/** Capability, level and model belong to AI work, which is paid in credits; other meters know who used them. */
export function isSplitOf(meter: string, split: Split): boolean {
  return meter === CREDITS || split === 'total' || split === 'member'
}
