import { useI18n } from 'vue-i18n'
import { useFormat } from '@/shared/format.ts'
import type { RunLimits } from './plan-facts.ts'

const WINDOWS = ['minute', 'hour', 'day'] as const

/** Rate limits in one line: “30 a minute, 100 an hour, 500 a day”. */
export function useLimitsText() {
  const { t } = useI18n()
  const format = useFormat()
  return (limits: RunLimits): string => {
    const parts = WINDOWS.flatMap((window) => {
      const amount = limits[window]
      return amount === null
        ? []
        : [t(`plans.limits.${window}`, { amount: format.credits(amount) })]
    })
    return parts.length > 0 ? parts.join(', ') : t('plans.limits.none')
  }
}
