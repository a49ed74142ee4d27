import { toJsonNumber } from '../credits/amounts.ts'
import type { SettingRow } from '../db/funding.ts'
import { AppError } from '../errors.ts'

/** BillingSettings of actions.graphql. */
export function settingsOutput(row: SettingRow | null): object {
  if (!row) throw new Error('settings that were saved are not there')
  const amount = (value: string | null) => (value === null ? null : toJsonNumber(value))
  return {
    organization_id: row.organization_id,
    auto_topup_enabled: row.auto_topup_enabled,
    auto_topup_threshold_credits: amount(row.auto_topup_threshold_credits),
    auto_topup_package_id: row.auto_topup_package_id,
    auto_topup_monthly_limit: row.auto_topup_monthly_limit,
    auto_topup_stopped_reason: row.auto_topup_stopped_reason,
    pay_as_you_go_enabled: row.pay_as_you_go_enabled,
    pay_as_you_go_limit_credits: amount(row.pay_as_you_go_limit_credits),
    payment_method_label: row.payment_method_label,
    updated_at: row.updated_at,
  }
}

export function unknownOrganization(): AppError {
  return new AppError('not_found', {}, { message: 'There is no such organization.' })
}
