import { computed, watch, type Ref } from 'vue'
import { UsageByPeriodDocument } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import type { UsageFilter } from './usage-filter.ts'

export interface UsagePeriod {
  start: string
  end: string
  isCurrent: boolean
  used: number
}

/** What was used in this billing period and the five before; none of what has no periods, and none for members. */
export function useUsagePeriods(options: {
  organizationId: Ref<string>
  filter: Ref<UsageFilter>
  changes: Ref<unknown>
}) {
  const { data, retry } = useRecoveringQuery({
    query: UsageByPeriodDocument,
    variables: computed(() => ({
      organization_id: options.organizationId.value,
      meter: options.filter.value.meter,
    })),
  })
  watch(options.changes, retry)
  return computed<UsagePeriod[]>(
    () =>
      data.value?.usage_by_period.map((row) => ({
        start: row.period_start ?? '',
        end: row.period_end ?? '',
        isCurrent: row.is_current ?? false,
        used: row.used_amount ?? 0,
      })) ?? [],
  )
}
