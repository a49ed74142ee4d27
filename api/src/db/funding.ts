import type { CreditAmount } from '../credits/amounts.ts'
import type { Database } from './client.ts'

export interface SettingRow {
  organization_id: string
  auto_topup_enabled: boolean
  auto_topup_threshold_credits: string | null
  auto_topup_package_id: string | null
  auto_topup_monthly_limit: number | null
  auto_topup_stopped_reason: string | null
  pay_as_you_go_enabled: boolean
  pay_as_you_go_limit_credits: string | null
  payment_method_label: string | null
  updated_at: Date
}

export interface AutoTopupRequest {
  organizationId: string
  enabled: boolean
  /** null keeps what was set before; so do the others. */
  thresholdCredits: CreditAmount | null
  packageId: string | null
  monthlyLimit: number | null
  userId: string
}

export type AutoTopupOutcome =
  | 'saved'
  | 'incomplete'
  | 'unknown_package'
  | 'topup_not_allowed'
  | 'invalid_amount'
  | 'no_payment_method'
  | 'unknown_organization'

export interface PayAsYouGoRequest {
  organizationId: string
  enabled: boolean
  limitCredits: CreditAmount | null
  userId: string
}

export type PayAsYouGoOutcome =
  | 'saved'
  | 'incomplete'
  | 'pay_as_you_go_not_allowed'
  | 'no_subscription'
  | 'invalid_amount'
  | 'unknown_organization'

export type ClaimOutcome =
  | 'claimed'
  | 'off'
  | 'enough'
  | 'in_flight'
  | 'cooldown'
  | 'monthly_limit'
  | 'topup_not_allowed'
  | 'no_payment_method'

/** An organization whose credits may be bought without asking. */
export interface FundedOrganization {
  organization_id: string
  /** null: no automatic top-up. */
  threshold_credits: string | null
  pay_as_you_go_enabled: boolean
}

export interface PurchaseNameRow {
  organization_id: string
  id: string
}

export type FundingQueries = ReturnType<typeof createFundingQueries>

/** Settings of automatic purchases, and the first step of each. */
export function createFundingQueries(sql: Database) {
  return {
    async setAutoTopup(request: AutoTopupRequest) {
      const rows = await sql<
        { outcome: AutoTopupOutcome; field: string | null; unlocked_by_plan: string | null }[]
      >`
        select outcome, field, unlocked_by_plan
        from private.set_auto_topup(
          ${request.organizationId}::uuid, ${request.enabled}::boolean,
          ${request.thresholdCredits}::text::numeric, ${request.packageId}::text,
          ${request.monthlyLimit}::int, ${request.userId}::uuid
        )`
      if (!rows[0]) throw new Error('private.set_auto_topup answered no row')
      return rows[0]
    },

    async setPayAsYouGo(request: PayAsYouGoRequest) {
      const rows = await sql<{ outcome: PayAsYouGoOutcome; unlocked_by_plan: string | null }[]>`
        select outcome, unlocked_by_plan
        from private.set_pay_as_you_go(
          ${request.organizationId}::uuid, ${request.enabled}::boolean,
          ${request.limitCredits}::text::numeric, ${request.userId}::uuid
        )`
      if (!rows[0]) throw new Error('private.set_pay_as_you_go answered no row')
      return rows[0]
    },

    async setting(organizationId: string): Promise<SettingRow | null> {
      const rows = await sql<SettingRow[]>`
        select organization_id, auto_topup_enabled, auto_topup_threshold_credits,
          auto_topup_package_id, auto_topup_monthly_limit, auto_topup_stopped_reason,
          pay_as_you_go_enabled, pay_as_you_go_limit_credits, payment_method_label, updated_at
        from public.billing_settings where organization_id = ${organizationId}::uuid`
      return rows[0] ?? null
    },

    async claimAutoTopup(
      organizationId: string,
    ): Promise<{ outcome: ClaimOutcome; purchase_id: string | null }> {
      const rows = await sql<{ outcome: ClaimOutcome; purchase_id: string | null }[]>`
        select outcome, purchase_id from private.claim_auto_topup(${organizationId}::uuid)`
      if (!rows[0]) throw new Error('private.claim_auto_topup answered no row')
      return rows[0]
    },

    async dueAutoTopups(limit: number, afterOrganizationId: string): Promise<string[]> {
      const rows = await sql<{ organization_id: string }[]>`
        select organization_id
        from private.due_auto_topups(${limit}::int, ${afterOrganizationId}::uuid)`
      return rows.map((row) => row.organization_id)
    },

    /** Begun a minute ago or longer, and not ended: whoever began them may have died. */
    async unfinishedAutoTopups(limit: number): Promise<PurchaseNameRow[]> {
      return sql<PurchaseNameRow[]>`
        select organization_id, id from private.unfinished_auto_topups(${limit}::int)`
    },

    async grantOnAccount(organizationId: string, requiredCredits: CreditAmount) {
      const rows = await sql<{ outcome: string; purchase_id: string | null }[]>`
        select outcome, purchase_id
        from private.grant_on_account(
          ${organizationId}::uuid, ${requiredCredits}::text::numeric
        )`
      if (!rows[0]) throw new Error('private.grant_on_account answered no row')
      return rows[0]
    },

    /** On account and not yet on an invoice. */
    async uninvoiced(limit: number): Promise<PurchaseNameRow[]> {
      return sql<PurchaseNameRow[]>`
        select organization_id, id from public.credit_purchases
        where kind = 'pay_as_you_go' and status = 'processing' and stripe_invoice_item_id is null
        order by created_at
        limit ${limit}::int`
    },

    /**
     * On an invoice item that no invoice will take: its subscription has ended. Compared with Stripe
     * once an hour.
     */
    async uncollected(limit: number): Promise<PurchaseNameRow[]> {
      return sql<PurchaseNameRow[]>`
        select organization_id, id from private.uncollected_purchases(${limit}::int)`
    },

    /** The invoice item that stands. */
    async attachInvoiceItem(
      organizationId: string,
      purchaseId: string,
      invoiceItemId: string,
    ): Promise<string | null> {
      const rows = await sql<{ id: string | null }[]>`
        select private.attach_invoice_item(
          ${organizationId}::uuid, ${purchaseId}::uuid, ${invoiceItemId}::text
        ) as id`
      return rows[0]?.id ?? null
    },

    async funded(): Promise<FundedOrganization[]> {
      return sql<FundedOrganization[]>`
        select organization_id, pay_as_you_go_enabled,
          case when auto_topup_enabled and auto_topup_stopped_reason is null
            then auto_topup_threshold_credits end as threshold_credits
        from public.billing_settings
        where pay_as_you_go_enabled
          or (auto_topup_enabled and auto_topup_stopped_reason is null)`
    },
  }
}
