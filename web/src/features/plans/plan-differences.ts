import type { CapabilityFacts, MeterFacts, PlanFacts, RunLimits } from './plan-facts.ts'

/** One thing that is different afterwards, and whether it is for the better. */
export type PlanDifference = { isGain: boolean } & (
  | { kind: 'monthlyCredits' | 'rollover'; from: number; to: number }
  | { kind: 'capability'; capability: string }
  | { kind: 'levels'; capability: string; levels: string[] }
  | { kind: 'limits'; capability: string; limits: RunLimits }
  | { kind: 'meter'; from: MeterFacts; to: MeterFacts }
  | { kind: 'topups' | 'payAsYouGo' }
)

/** What changes for an organization that goes from one plan to the other, the most important first. */
export function planDifferences(from: PlanFacts, to: PlanFacts): PlanDifference[] {
  return [
    ...amountDifference('monthlyCredits', from.monthlyCredits, to.monthlyCredits),
    ...from.capabilities.flatMap((capability) => {
      const after = to.capabilities.find(({ id }) => id === capability.id)
      return after ? capabilityDifferences(capability, after) : []
    }),
    ...from.meters.flatMap((meter) => {
      const after = to.meters.find(({ id, period }) => id === meter.id && period === meter.period)
      return after ? meterDifference(meter, after) : []
    }),
    ...amountDifference('rollover', from.rolloverCredits, to.rolloverCredits),
    ...switchDifference('topups', from.allowsTopups, to.allowsTopups),
    ...switchDifference('payAsYouGo', from.allowsPayAsYouGo, to.allowsPayAsYouGo),
  ]
}

function amountDifference(
  kind: 'monthlyCredits' | 'rollover',
  from: number,
  to: number,
): PlanDifference[] {
  return from === to ? [] : [{ kind, from, to, isGain: to > from }]
}

function switchDifference(
  kind: 'topups' | 'payAsYouGo',
  from: boolean,
  to: boolean,
): PlanDifference[] {
  return from === to ? [] : [{ kind, isGain: to }]
}

function meterDifference(from: MeterFacts, to: MeterFacts): PlanDifference[] {
  if (from.limit === to.limit) return []
  return [{ kind: 'meter', from, to, isGain: endless(to.limit) > endless(from.limit) }]
}

/** No limit, as a number to compare with. */
const endless = (limit: number | null) => limit ?? Number.POSITIVE_INFINITY

function capabilityDifferences(before: CapabilityFacts, after: CapabilityFacts): PlanDifference[] {
  const capability = before.name
  if (before.levels.length === 0 && after.levels.length === 0) return []
  if (before.levels.length === 0) return [{ kind: 'capability', capability, isGain: true }]
  if (after.levels.length === 0) return [{ kind: 'capability', capability, isGain: false }]
  const opened = after.levels.filter((level) => !before.levels.includes(level))
  const closed = before.levels.filter((level) => !after.levels.includes(level))
  return [
    ...(opened.length > 0
      ? [{ kind: 'levels' as const, capability, levels: opened, isGain: true }]
      : []),
    ...(closed.length > 0
      ? [{ kind: 'levels' as const, capability, levels: closed, isGain: false }]
      : []),
    ...limitsDifference(capability, before.limits, after.limits),
  ]
}

/** Rate limits move together; where they do not, the tightest that moved decides what it is called. */
function limitsDifference(
  capability: string,
  before: RunLimits,
  after: RunLimits,
): PlanDifference[] {
  const windows = ['day', 'hour', 'minute'] as const
  const moved = windows.filter((window) => before[window] !== after[window])
  if (moved.length === 0) return []
  const isGain = moved.every((window) => endless(after[window]) > endless(before[window]))
  return [{ kind: 'limits', capability, limits: after, isGain }]
}
