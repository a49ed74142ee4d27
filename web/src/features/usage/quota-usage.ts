import type { QuotaPositionFragment } from '@/gql/member/graphql.ts'

/** One meter as its quota card shows it. */
export interface QuotaUsage {
  meterId: string
  name: string
  unit: string
  /** A level is what is kept now, such as storage: it has no period and goes down again. */
  kind: 'flow' | 'level'
  period: 'day' | 'month' | 'none'
  scope: 'organization' | 'user'
  used: number
  held: number
  /** null: no limit. */
  limit: number | null
  isHard: boolean
  resetsAt: string | null
}

/**
 * One card a meter: the limit that all share, else the one that each person has, which then is the reader's own.
 * Members are sent only their own positions.
 */
export function quotaCards(
  shared: readonly QuotaPositionFragment[],
  own: readonly QuotaPositionFragment[],
): QuotaUsage[] {
  const meterIds = [...new Set([...shared, ...own].map((row) => row.meter_id ?? ''))]
  return meterIds.flatMap((meterId) => {
    const ofAll = shared.find((row) => row.meter_id === meterId)
    const ofOne = own.find((row) => row.meter_id === meterId)
    const isLimitedForEach = ofOne?.scope === 'user' && ofAll?.limit_amount == null
    const row = isLimitedForEach ? ofOne : (ofAll ?? ofOne)
    return row ? [quotaFrom(row)] : []
  })
}

export function quotaFrom(row: QuotaPositionFragment): QuotaUsage {
  const kind = row.kind === 'level' ? 'level' : 'flow'
  return {
    meterId: row.meter_id ?? '',
    name: row.name ?? row.meter_id ?? '',
    unit: row.unit ?? '',
    kind,
    period: row.period === 'day' || row.period === 'none' ? row.period : 'month',
    scope: row.scope === 'user' ? 'user' : 'organization',
    used: row.used_amount ?? 0,
    held: row.held_amount ?? 0,
    limit: row.limit_amount ?? null,
    isHard: row.is_hard ?? true,
    resetsAt: row.resets_at ?? null,
  }
}
