import type { Database } from './client.ts'

export type PurchaseKind = 'checkout' | 'auto_topup' | 'pay_as_you_go'
export type PurchaseStatus =
  | 'open'
  | 'processing'
  | 'paid'
  | 'failed'
  | 'expired'
  | 'refunded'
  | 'partially_refunded'
  | 'disputed'

export interface PurchaseRow {
  organization_id: string
  id: string
  kind: PurchaseKind
  package_id: string | null
  credits: string
  price_usd: string
  currency: string
  status: PurchaseStatus
  failure_reason: string | null
  stripe_checkout_session_id: string | null
  stripe_payment_intent_id: string | null
  stripe_invoice_item_id: string | null
  checkout_url: string | null
  checkout_attempts: number
  version: number
  created_at: Date
  expires_at: Date | null
  paid_at: Date | null
}

export interface CheckoutRequest {
  organizationId: string
  userId: string
  packageId: string
  returnPath: string | null
  idempotencyKey: string
}

export type OpenOutcome =
  | 'opened'
  | 'replayed'
  | 'idempotency_conflict'
  | 'topup_not_allowed'
  | 'subscription_inactive'
  | 'unknown_package'
  | 'rate_limited'
  | 'unknown_organization'
  | 'invalid_key'

/** Money that went back, as Stripe has it. */
export interface MoneyBack {
  id: string
  payment_intent_id: string | null
  amount_usd: string
  currency: string
  status: string
  /** Whether the money is gone, or will be. */
  counts: boolean
  reason: string | null
  created_at: string
  evidence_due_at?: string | null
}

/** What Stripe says about a purchase, all of it at one moment. */
export interface PurchaseState {
  payment: 'open' | 'processing' | 'paid' | 'failed' | 'expired'
  checkout_session_id?: string
  payment_intent_id?: string
  charge_id?: string
  receipt_url?: string
  /** Of credits on account: the invoice that collects them. */
  invoice_id?: string
  amount_usd?: string
  currency?: string
  failure_reason?: string
  paid_at?: string
  refunds: MoneyBack[]
  disputes: MoneyBack[]
}

export interface AppliedRow {
  outcome: 'applied' | 'stale' | 'unknown_purchase' | 'amount_mismatch'
  status: PurchaseStatus | null
  granted_credits: string | null
  withdrawn_credits: string | null
  available_credits: string
}

export type PurchaseQueries = ReturnType<typeof createPurchaseQueries>

export function createPurchaseQueries(sql: Database) {
  const columns = sql`
    organization_id, id, kind, package_id, credits, price_usd, currency, status, failure_reason,
    stripe_checkout_session_id, stripe_payment_intent_id, stripe_invoice_item_id, checkout_url,
    checkout_attempts, version, created_at, expires_at, paid_at`

  return {
    async open(request: CheckoutRequest, actor: object) {
      const rows = await sql<
        { outcome: OpenOutcome; purchase_id: string | null; unlocked_by_plan: string | null }[]
      >`
        select outcome, (purchase).id as purchase_id, unlocked_by_plan
        from private.open_credit_purchase(
          ${request.organizationId}::uuid, ${request.packageId}::text, ${request.returnPath}::text,
          ${request.userId}::uuid, ${JSON.stringify(actor)}::text::jsonb,
          ${request.idempotencyKey}::text
        )`
      if (!rows[0]) throw new Error('private.open_credit_purchase answered no row')
      return rows[0]
    },

    /** The page of an attempt, or a null session: it could not be opened. */
    async attachCheckout(
      purchase: Pick<PurchaseRow, 'organization_id' | 'id' | 'checkout_attempts'>,
      page: { sessionId: string; url: string } | { failureReason: string },
    ): Promise<PurchaseRow> {
      const { sessionId, url, failureReason } = {
        sessionId: null,
        url: null,
        failureReason: null,
        ...page,
      }
      const rows = await sql<PurchaseRow[]>`
        select ${columns}
        from private.attach_checkout(
          ${purchase.organization_id}::uuid, ${purchase.id}::uuid,
          ${purchase.checkout_attempts}::int, ${sessionId}::text, ${url}::text,
          ${failureReason}::text
        )`
      if (!rows[0]) throw new Error('private.attach_checkout answered no row')
      return rows[0]
    },

    async find(organizationId: string, purchaseId: string): Promise<PurchaseRow | null> {
      const rows = await sql<PurchaseRow[]>`
        select ${columns} from public.credit_purchases
        where organization_id = ${organizationId}::uuid and id = ${purchaseId}::uuid`
      return rows[0] ?? null
    },

    async findByPaymentIntent(paymentIntentId: string): Promise<PurchaseRow | null> {
      const rows = await sql<PurchaseRow[]>`
        select ${columns} from public.credit_purchases
        where stripe_payment_intent_id = ${paymentIntentId}::text`
      return rows[0] ?? null
    },

    /** Ends a purchase whose payment page was never opened. */
    async expire(purchase: Pick<PurchaseRow, 'organization_id' | 'id'>): Promise<boolean> {
      const rows = await sql<{ expired: boolean }[]>`
        select private.expire_purchase(
          ${purchase.organization_id}::uuid, ${purchase.id}::uuid
        ) as expired`
      return rows[0]?.expired ?? false
    },

    async apply(purchase: PurchaseRow, state: PurchaseState): Promise<AppliedRow> {
      const rows = await sql<AppliedRow[]>`
        select outcome, status, granted_credits, withdrawn_credits, available_credits
        from private.apply_stripe_purchase(
          ${purchase.organization_id}::uuid, ${purchase.id}::uuid, ${purchase.version}::int,
          ${JSON.stringify(state)}::text::jsonb
        )`
      if (!rows[0]) throw new Error('private.apply_stripe_purchase answered no row')
      return rows[0]
    },
  }
}
