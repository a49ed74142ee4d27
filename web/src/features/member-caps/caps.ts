import type {
  CapCatalogueQuery,
  CappedUsagesSubscription,
  MemberCapRowFragment,
} from '@/gql/member/graphql.ts'

export const CREDITS = 'credits'
export const CAP_PERIODS = ['day', 'month', 'none'] as const
export type CapPeriod = (typeof CAP_PERIODS)[number]

export type CapUsageRow = CappedUsagesSubscription['quota_usages'][number]
export type CapMember = CapCatalogueQuery['organization_members'][number]

/** Something that can be capped: credits, or one of the meters. */
export interface CapSubject {
  id: string
  name: string
  unit: string
  periods: readonly CapPeriod[]
}

export interface MemberCap {
  organizationId: string
  userId: string
  meterId: string
  period: string
  limit: number
  used: number
  held: number
  resetsAt: string | null
  setBy: string | null
  setAt: string
}

/** What may be capped, credits first. A level has no period; everything else is counted by day or billing period. */
export function capSubjects(
  meters: CapCatalogueQuery['meters'],
  creditsName: string,
): CapSubject[] {
  return [
    { id: CREDITS, name: creditsName, unit: CREDITS, periods: ['month', 'day'] },
    ...meters.map(({ id, name, unit, kind }) => ({
      id,
      name,
      unit,
      periods: kind === 'level' ? (['none'] as const) : (['month', 'day'] as const),
    })),
  ]
}

/** Caps with what counts against them now; a counter that does not exist is zero. */
export function capsWithUsage(
  caps: readonly MemberCapRowFragment[],
  usages: readonly CapUsageRow[],
): MemberCap[] {
  return caps.map((cap) => {
    const usage = usages.find(
      (row) =>
        row.user_id === cap.user_id && row.meter_id === cap.meter_id && row.period === cap.period,
    )
    const isEndless = usage === undefined || usage.period_end === 'infinity'
    return {
      organizationId: cap.organization_id,
      userId: cap.user_id,
      meterId: cap.meter_id,
      period: cap.period,
      limit: cap.limit_amount,
      used: usage?.used_amount ?? 0,
      held: usage?.held_amount ?? 0,
      resetsAt: isEndless ? null : usage.period_end,
      setBy: cap.updated_by_user?.name ?? null,
      setAt: cap.updated_at,
    }
  })
}

/** A cap is known by whose it is, of what, and in which period: there is at most one of each. */
export function capKey(cap: Pick<MemberCap, 'userId' | 'meterId' | 'period'>): string {
  return `${cap.userId}:${cap.meterId}:${cap.period}`
}
