import { useI18n } from 'vue-i18n'
import { useFormat } from '@/shared/format.ts'
import { useAmounts } from '@/shared/use-amounts.ts'
import type { MeterFacts, RunLimits } from './plan-facts.ts'

const WINDOWS = ['minute', 'hour', 'day'] as const

/** Limits as people read them. */
export function useLimitsText() {
  const { t } = useI18n()
  const format = useFormat()
  const amounts = useAmounts()

  /** “30 a minute, 100 an hour, 500 a day”. */
  function runsText(limits: RunLimits): string {
    const parts = WINDOWS.flatMap((window) => {
      const amount = limits[window]
      return amount === null
        ? []
        : [t(`plans.limits.${window}`, { amount: format.credits(amount) })]
    })
    return parts.length > 0 ? parts.join(', ') : t('plans.limits.none')
  }

  /** “100 minutes a month, each person”; null when the plan does not include it. */
  function meterText({ limit, unit, period, scope }: MeterFacts): string | null {
    if (limit === 0) return null
    if (limit === null) return t('plans.limits.none')
    const amount = amounts.withUnit(limit, unit)
    const text = period === 'none' ? amount : t(`plans.limits.${period}`, { amount })
    return scope === 'user' ? t('plans.limits.each', { limit: text }) : text
  }

  return { runsText, meterText }
}
