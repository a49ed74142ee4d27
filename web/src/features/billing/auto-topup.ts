import { fromHundredths, toHundredths } from '@/shared/credits.ts'
import type { OfferedPackage, SettingsRow } from './use-billing-settings.ts'

export const DEFAULT_THRESHOLD_CREDITS = 100
export const DEFAULT_MONTHLY_LIMIT = 3

export interface AutoTopupDraft {
  enabled: boolean
  thresholdCredits: number
  packageId: string
  monthlyLimit: number
}

/** The form as it opens: what was set, else what is sensible. It is off until somebody switches it on. */
export function autoTopupDraft(
  settings: SettingsRow | null,
  packages: readonly OfferedPackage[],
): AutoTopupDraft {
  const known = packages.find(({ id }) => id === settings?.auto_topup_package_id)
  return {
    enabled: settings?.auto_topup_enabled ?? false,
    thresholdCredits: settings?.auto_topup_threshold_credits ?? DEFAULT_THRESHOLD_CREDITS,
    packageId: (known ?? packages[0])?.id ?? '',
    monthlyLimit: settings?.auto_topup_monthly_limit ?? DEFAULT_MONTHLY_LIMIT,
  }
}

/** The most that a month can cost. */
export function monthlyCostUsd(draft: AutoTopupDraft, packages: readonly OfferedPackage[]): number {
  const chosen = packages.find(({ id }) => id === draft.packageId)
  return fromHundredths(toHundredths(chosen?.price_usd ?? 0) * draft.monthlyLimit)
}
