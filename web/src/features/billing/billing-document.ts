/** One line of the lists of invoices and purchases: both are papers about money. */
export interface BillingDocument {
  id: string
  createdAt: string
  title: string
  /** What else there is to say: the period it pays for, or why it failed. */
  note: string
  amount: string
  status: { text: string; color: 'success' | 'warning' | 'error' | 'neutral' }
  links: { label: string; href: string; isPrimary?: boolean }[]
}
