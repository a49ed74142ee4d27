import type { CapabilityFacts, MeterFacts, PlanFacts, RunLimits } from './plan-facts.ts'

/** One thing that is different afterwards, and whether it is for the better. */
export type PlanDifference = { isGain: boolean } & (
  | { kind: 'monthlyCredits' | 'rollover'; from: number; to: number }
  | { kind: 'capability'; capabilities: string[] }
  | { kind: 'levels'; capabilities: string[]; levels: string[] }
  | { kind: 'limits'; capabilities: string[]; limits: RunLimits }
  | { kind: 'meter'; from: MeterFacts; to: MeterFacts }
  | { kind: 'topups' | 'payAsYouGo' }
)

/** What changes for an organization that goes from one plan to the other, the most important first. */
export function planDifferences(from: PlanFacts, to: PlanFacts): PlanDifference[] {
  return [
    ...amountDifference('monthlyCredits', from.monthlyCredits, to.monthlyCredits),
    ...together(
      from.capabilities.flatMap((capability) => {
        const after = to.capabilities.find(({ id }) => id === capability.id)
        return after ? capabilityDifferences(capability, after) : []
      }),
    ),
    ...from.meters.flatMap((meter) => {
      const after = to.meters.find(({ id, period }) => id === meter.id && period === meter.period)
      return after ? meterDifference(meter, after) : []
    }),
    ...amountDifference('rollover', from.rolloverCredits, to.rolloverCredits),
    ...switchDifference('topups', from.allowsTopups, to.allowsTopups),
    ...switchDifference('payAsYouGo', from.allowsPayAsYouGo, to.allowsPayAsYouGo),
  ]
}

type CapabilityDifference = Extract<PlanDifference, { capabilities: string[] }>

/** What is the same for several capabilities is said once. */
function together(differences: readonly CapabilityDifference[]): CapabilityDifference[] {
  const byChange = new Map<string, CapabilityDifference>()
  for (const difference of differences) {
    const change = JSON.stringify({ ...difference, capabilities: null })
    const known = byChange.get(change)
    const capabilities = [...(known?.capabilities ?? []), ...difference.capabilities]
    byChange.set(change, { ...difference, capabilities })
  }
  return [...byChange.values()]
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

function capabilityDifferences(
  before: CapabilityFacts,
  after: CapabilityFacts,
): CapabilityDifference[] {
  const capabilities = [before.name]
  if (before.levels.length === 0 && after.levels.length === 0) return []
  if (before.levels.length === 0) return [{ kind: 'capability', capabilities, isGain: true }]
  if (after.levels.length === 0) return [{ kind: 'capability', capabilities, isGain: false }]
  const opened = after.levels.filter((level) => !before.levels.includes(level))
  const closed = before.levels.filter((level) => !after.levels.includes(level))
  const levels = (names: string[], isGain: boolean): CapabilityDifference[] =>
    names.length > 0 ? [{ kind: 'levels', capabilities, levels: names, isGain }] : []
  return [
    ...levels(opened, true),
    ...levels(closed, false),
    ...limitsDifference(capabilities, before.limits, after.limits),
  ]
}

/** Rate limits move together; where some rise and some fall, it is told as a loss. */
function limitsDifference(
  capabilities: string[],
  before: RunLimits,
  after: RunLimits,
): CapabilityDifference[] {
  const windows = ['day', 'hour', 'minute'] as const
  const moved = windows.filter((window) => before[window] !== after[window])
  if (moved.length === 0) return []
  const isGain = moved.every((window) => endless(after[window]) > endless(before[window]))
  return [{ kind: 'limits', capabilities, limits: after, isGain }]
}
