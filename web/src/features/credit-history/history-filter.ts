import type { Credit_Transactions_Bool_Exp } from '@/gql/member/graphql.ts'

export const TRANSACTION_TYPES = [
  'ai_consumption',
  'plan_allocation',
  'topup_purchase',
  'promo_bonus',
  'referral_bonus',
  'admin_adjustment',
  'refund',
  'plan_change_adjustment',
  'expiry',
  'rollover',
] as const

export type TransactionType = (typeof TRANSACTION_TYPES)[number]

export interface HistoryFilter {
  type: TransactionType | null
  capability: string | null
}

/** Reads the address of the page; what makes no sense there is as good as not given. */
export function filterFromQuery(query: Record<string, unknown>): HistoryFilter {
  const type = TRANSACTION_TYPES.find((known) => known === query.type) ?? null
  const capability =
    typeof query.capability === 'string' && query.capability ? query.capability : null
  return { type, capability }
}

export function queryFromFilter(filter: HistoryFilter): Record<string, string> {
  return {
    ...(filter.type ? { type: filter.type } : {}),
    ...(filter.capability ? { capability: filter.capability } : {}),
  }
}

export function conditionFrom(
  filter: HistoryFilter,
  ...more: Credit_Transactions_Bool_Exp[]
): Credit_Transactions_Bool_Exp {
  const conditions: Credit_Transactions_Bool_Exp[] = [...more]
  if (filter.type) conditions.push({ type: { _eq: filter.type } })
  if (filter.capability) conditions.push({ capability_id: { _eq: filter.capability } })
  return { _and: conditions }
}
