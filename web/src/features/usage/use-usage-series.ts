import { computed, watch, type Ref } from 'vue'
import { UsageMetersDocument, UsageSeriesDocument } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import type { UsageFilter } from './usage-filter.ts'
import { daysBetween, TOTAL_KEY, type UsagePoint } from './usage-series.ts'

const DAY_MILLISECONDS = 86_400_000

/** Names of what can be charted, and the time zone in which the organization's days begin. */
export function useUsageMeters() {
  const { data, failure, retry } = useRecoveringQuery({ query: UsageMetersDocument, variables: {} })
  return {
    meters: computed(() => data.value?.meters ?? []),
    timeZone: computed(() => data.value?.org_plans[0]?.time_zone ?? null),
    failure,
    retry,
  }
}

/** Use by day, as the filter asks; asked again after `changes`. */
export function useUsageSeries(options: {
  organizationId: Ref<string>
  filter: Ref<UsageFilter>
  /** Of a member, who is sent nobody else's; null for those who see everybody. */
  onlyUserId: Ref<string | null>
  changes: Ref<unknown>
}) {
  const { filter, onlyUserId } = options
  const variables = computed(() => ({
    organization_id: options.organizationId.value,
    days: filter.value.days,
    meter: filter.value.meter,
    breakdown: filter.value.split === 'total' ? 'none' : filter.value.split,
  }))
  const { data, failure, fetching, retry } = useRecoveringQuery({
    query: UsageSeriesDocument,
    variables,
  })
  watch(options.changes, retry)

  const points = computed<UsagePoint[] | null>(() => {
    const { split } = filter.value
    const only = split === 'member' ? onlyUserId.value : null
    return (
      data.value?.usage_series
        .filter((row) => only === null || row.key === only)
        .map((row) => ({
          day: row.day ?? '',
          key: split === 'total' ? TOTAL_KEY : (row.key ?? null),
          label: row.label ?? null,
          // Of a level, the day's amount is the change; what is charted is what was there.
          amount: row.level_amount ?? row.amount ?? 0,
        })) ?? null
    )
  })
  return {
    points,
    /** The server sends every day, the ones without use too; only where nothing was used at all it may send none. */
    days: computed(() => {
      const days = [
        ...new Set(data.value?.usage_series.map(({ day }) => day ?? '') ?? []),
      ].toSorted()
      return days.length > 0 ? days : lastDays(filter.value.days)
    }),
    failure,
    isLoading: fetching,
    retry,
  }
}

function lastDays(count: number): string[] {
  const today = Date.now()
  const iso = (time: number) => new Date(time).toISOString().slice(0, 10)
  return daysBetween(iso(today - (count - 1) * DAY_MILLISECONDS), iso(today))
}
