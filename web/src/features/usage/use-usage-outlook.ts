import { computed, watch, type Ref } from 'vue'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  CreditForecastDocument,
  NearingQuotasDocument,
  OwnQuotasDocument,
  QuotaPositionFragmentDoc,
  UsageQuotasDocument,
  type CreditForecastQuery,
} from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import type { CreditForecast } from './forecast.ts'
import { quotaCards, quotaFrom } from './quota-usage.ts'

/** From this part of a limit on it is told before anybody asks. */
const NEARING_SHARE = 0.8

/** Quotas with what is used of them, the ones that are nearly used up, and how long the credits last. */
export function useUsageOutlook(options: {
  organizationId: Ref<string>
  userId: Ref<string>
  changes: Ref<unknown>
}) {
  const organization_id = options.organizationId
  const ofOrganization = computed(() => ({ organization_id: organization_id.value }))
  const summary = useRecoveringQuery({ query: UsageQuotasDocument, variables: ofOrganization })
  const own = useRecoveringQuery({
    query: OwnQuotasDocument,
    variables: computed(() => ({ ...ofOrganization.value, user_id: options.userId.value })),
  })
  const nearing = useRecoveringQuery({
    query: NearingQuotasDocument,
    variables: computed(() => ({ ...ofOrganization.value, threshold: NEARING_SHARE })),
  })
  const forecast = useRecoveringQuery({ query: CreditForecastDocument, variables: ofOrganization })
  const queries = [summary, own, nearing, forecast]
  const retry = () => queries.forEach((query) => query.retry())
  watch(options.changes, retry)

  return {
    quotas: computed(() =>
      summary.data.value && own.data.value
        ? quotaCards(
            readFragment(QuotaPositionFragmentDoc, summary.data.value.usage_summary),
            readFragment(QuotaPositionFragmentDoc, own.data.value.remaining_quota),
          )
        : null,
    ),
    nearing: computed(() =>
      readFragment(QuotaPositionFragmentDoc, nearing.data.value?.nearing_quota ?? []).map(
        (row) => ({ ...quotaFrom(row), userId: row.user_id ?? null }),
      ),
    ),
    forecast: computed(() => {
      const row = forecast.data.value?.credit_forecast[0]
      return row ? forecastFrom(row) : null
    }),
    failure: computed(() => summary.failure.value ?? own.failure.value),
    retry,
  }
}

function forecastFrom(row: CreditForecastQuery['credit_forecast'][number]): CreditForecast {
  return {
    availableCredits: row.available_credits ?? 0,
    creditsPerDay: row.credits_per_day ?? 0,
    daysOfHistory: row.days_of_history ?? 0,
    exhaustedOn: row.exhausted_on ?? null,
    earliestOn: row.earliest_on ?? null,
    latestOn: row.latest_on ?? null,
    periodEnd: row.period_end ?? '',
    endsBeforeRenewal: row.ends_before_renewal ?? false,
    usedCredits: row.used_credits ?? 0,
    projectedUsedCredits: row.projected_used_credits ?? 0,
    shortfallCredits: row.shortfall_credits ?? 0,
    planPriceUsd: row.plan_price_usd ?? null,
    projectedCostUsd: row.projected_cost_usd ?? null,
  }
}
