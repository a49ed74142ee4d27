import type { QuotaPositionFragment } from '@/gql/member/graphql.ts'

/** One meter as its quota card shows it. */
export interface QuotaUsage {
  meterId: string
  name: string
  unit: string
  /** A level is what is kept now, such as storage: it has no period and goes down again. */
  kind: 'flow' | 'level'
  period: 'day' | 'month' | 'none'
  /** Where the reader's own limit comes from; null: it is one that all share. */
  own: 'plan' | 'override' | 'member_cap' | null
  used: number
  held: number
  /** null: no limit. */
  limit: number | null
  isHard: boolean
  resetsAt: string | null
}

/**
 * One card a meter: the limit that all share, unless one that is the reader's own leaves less. So no card says that
 * something is left where use is refused. Members are sent only their own positions.
 */
export function quotaCards(
  shared: readonly QuotaPositionFragment[],
  own: readonly QuotaPositionFragment[],
): QuotaUsage[] {
  const meterIds = [...new Set([...shared, ...own].map((row) => row.meter_id ?? ''))]
  return meterIds.flatMap((meterId) => {
    const ofAll = shared.find((row) => row.meter_id === meterId)
    const ofOne = own.find((row) => row.meter_id === meterId)
    // Of all limits that bind the reader the server sends the closest.
    const row = ofOne?.scope === 'user' ? ofOne : (ofAll ?? ofOne)
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
    own: row.scope === 'user' ? ownLimit(row.level) : null,
    used: row.used_amount ?? 0,
    held: row.held_amount ?? 0,
    limit: row.limit_amount ?? null,
    isHard: row.is_hard ?? true,
    resetsAt: row.resets_at ?? null,
  }
}

function ownLimit(level: string | null | undefined): QuotaUsage['own'] {
  return level === 'override' || level === 'member_cap' ? level : 'plan'
}
