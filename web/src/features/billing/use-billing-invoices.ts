import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { BillingInvoicesDocument, type BillingInvoicesSubscription } from '@/gql/admin/graphql.ts'
import { useFormat } from '@/shared/format.ts'
import type { BillingDocument } from './billing-document.ts'
import { useGrowingList } from './use-growing-list.ts'

type Invoice = BillingInvoicesSubscription['billing_invoices'][number]

const REASONS = ['subscription_create', 'subscription_cycle', 'subscription_update'] as const
const COLORS: Record<string, BillingDocument['status']['color']> = {
  paid: 'success',
  open: 'warning',
  uncollectible: 'error',
}

/** Invoices of the subscription, as the payment provider wrote them. */
export function useBillingInvoices() {
  const { t } = useI18n()
  const format = useFormat()
  const list = useGrowingList(BillingInvoicesDocument, (data) => data.billing_invoices)

  function documentFrom(invoice: Invoice): BillingDocument {
    const reason = REASONS.find((known) => known === invoice.billing_reason) ?? 'other'
    const number = invoice.number ?? invoice.id
    const isOpen = invoice.status === 'open'
    const links = [
      { url: invoice.hosted_invoice_url, key: isOpen ? 'payInvoice' : 'viewInvoice' },
      { url: invoice.invoice_pdf_url, key: 'downloadInvoice' },
    ]
    return {
      id: invoice.id,
      createdAt: invoice.created_at,
      title: t(`billing.invoices.reasons.${reason}`),
      note: [number, periodText(invoice), invoice.payment_problem].filter(Boolean).join(' · '),
      amount: format.money(invoice.amount_due_usd, invoice.currency),
      status: {
        text: t(`billing.invoices.status.${invoice.status}`),
        color: COLORS[invoice.status] ?? 'neutral',
      },
      links: links.flatMap(({ url, key }) =>
        url
          ? [{ href: url, label: t(`billing.links.${key}`), isPrimary: key === 'payInvoice' }]
          : [],
      ),
    }
  }

  function periodText({ period_start, period_end }: Invoice): string {
    if (!period_start || !period_end) return ''
    return t('billing.invoices.period', {
      start: format.day(period_start),
      end: format.day(period_end),
    })
  }

  return { ...list, documents: computed(() => list.rows.value.map(documentFrom)) }
}
