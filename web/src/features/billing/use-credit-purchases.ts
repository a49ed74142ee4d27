import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { CreditPurchasesDocument, type CreditPurchasesSubscription } from '@/gql/admin/graphql.ts'
import { useFormat } from '@/shared/format.ts'
import type { BillingDocument } from './billing-document.ts'
import { useGrowingList } from './use-growing-list.ts'

type Purchase = CreditPurchasesSubscription['credit_purchases'][number]

const COLORS: Record<string, BillingDocument['status']['color']> = {
  paid: 'success',
  failed: 'error',
  disputed: 'warning',
}

/** Given already, and paid for with the next invoice. */
const isOnAccount = ({ kind, status }: Purchase) =>
  kind === 'pay_as_you_go' && status === 'processing'

/** Credits bought, with their receipts. What was never paid for (a checkout that was left) is not listed. */
export function useCreditPurchases() {
  const { t } = useI18n()
  const format = useFormat()
  const list = useGrowingList(CreditPurchasesDocument, (data) => data.credit_purchases)

  function documentFrom(purchase: Purchase): BillingDocument {
    return {
      id: purchase.id,
      createdAt: purchase.created_at,
      title: t('billing.purchases.credits', { amount: format.credits(purchase.credits) }),
      note: [t(`billing.purchases.kinds.${purchase.kind}`), noteOf(purchase)]
        .filter(Boolean)
        .join(' · '),
      amount: format.money(purchase.price_usd, purchase.currency),
      status: {
        text: isOnAccount(purchase)
          ? t('billing.purchases.onAccount')
          : t(`billing.purchases.status.${purchase.status}`),
        color: COLORS[purchase.status] ?? 'neutral',
      },
      links: purchase.receipt_url
        ? [{ href: purchase.receipt_url, label: t('billing.links.receipt') }]
        : [],
    }
  }

  function noteOf(purchase: Purchase): string {
    if (purchase.status === 'failed')
      return [t('billing.purchases.notCharged'), purchase.failure_reason].filter(Boolean).join(' ')
    return purchase.refunded_usd > 0
      ? t('billing.purchases.refunded', {
          amount: format.money(purchase.refunded_usd, purchase.currency),
        })
      : ''
  }

  return { ...list, documents: computed(() => list.rows.value.map(documentFrom)) }
}
