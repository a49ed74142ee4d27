import type { Database } from './client.ts'

/** The plan of an organization, as far as changes of it depend on it. */
export interface PlanStanding {
  organization_id: string
  plan_id: string
  plan_name: string
  rank: number
  status: string
  period_end: Date
  pending_plan_id: string | null
  pending_change_at: Date | null
  stripe_customer_id: string | null
  stripe_subscription_id: string | null
  /** Raised with each copy; read before Stripe is asked. bigint, so it is text. */
  subscription_revision: string
  /** The period was paid for, though there may be no subscription any more. */
  is_paid_period: boolean
  trial_used_at: Date | null
  available_credits: string
}

export interface OfferedPlan {
  id: string
  name: string
  rank: number
  price_usd_monthly: string
  monthly_ai_credits: string
  trial_days: number
  trial_credits: string
  is_active: boolean
}

export interface PaidLine {
  id: string
  invoiceId: string
  subscriptionId: string
  planId: string
  kind: 'period' | 'trial' | 'change'
  periodStart: string
  periodEnd: string
  amountUsd: string
}

export interface AppliedLine {
  outcome:
    | 'applied'
    | 'waiting'
    | 'lapsed'
    | 'other_subscription'
    | 'unknown_organization'
    | 'unknown_plan'
    | 'invalid_period'
  replayed: boolean
  granted_credits: string
}

export interface SubscriptionState {
  subscriptionId: string
  /** Of the standing, read before the subscription was read from Stripe. */
  revision: string
  status: string
  /** What the next period will be billed for; null for a price that is not ours. */
  planId: string | null
  cancelAt: string | null
  trialEndsAt: string | null
}

export type CopyOutcome =
  'copied' | 'ended' | 'stale' | 'other_subscription' | 'unknown_organization'

export type ScheduleOutcome =
  | 'scheduled'
  | 'undone'
  | 'unchanged'
  | 'billed'
  | 'subscription_ended'
  | 'not_smaller'
  | 'unknown_plan'
  | 'unknown_organization'

export type SubscriptionQueries = ReturnType<typeof createSubscriptionQueries>

export function createSubscriptionQueries(sql: Database) {
  const standing = (where: ReturnType<Database>) => sql<PlanStanding[]>`
    select
      subscription.organization_id, subscription.plan_id, plan.name as plan_name, plan.rank,
      subscription.status, subscription.period_end, subscription.pending_plan_id,
      subscription.pending_change_at, subscription.stripe_customer_id,
      subscription.stripe_subscription_id, subscription.subscription_revision,
      subscription.period_line_id is not null as is_paid_period, subscription.trial_used_at,
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits
        - balance.reserved_credits as available_credits
    from public.org_plans as subscription
    join public.plans as plan on plan.id = subscription.plan_id
    join public.organization_credit_balances as balance
      on balance.organization_id = subscription.organization_id
    where ${where}`

  return {
    async find(organizationId: string): Promise<PlanStanding | null> {
      const rows = await standing(sql`subscription.organization_id = ${organizationId}::uuid`)
      return rows[0] ?? null
    },

    async findByCustomer(customerId: string): Promise<PlanStanding | null> {
      const rows = await standing(sql`subscription.stripe_customer_id = ${customerId}::text`)
      return rows[0] ?? null
    },

    async plan(planId: string): Promise<OfferedPlan | null> {
      const rows = await sql<OfferedPlan[]>`
        select id, name, rank, price_usd_monthly, monthly_ai_credits, trial_days, trial_credits,
          is_active
        from public.plans where id = ${planId}::text`
      return rows[0] ?? null
    },

    async applyLine(organizationId: string, line: PaidLine): Promise<AppliedLine> {
      const rows = await sql<AppliedLine[]>`
        select outcome, replayed, granted_credits
        from private.apply_paid_invoice_line(
          ${organizationId}::uuid, ${line.id}::text, ${line.invoiceId}::text,
          ${line.subscriptionId}::text, ${line.planId}::text, ${line.kind}::text,
          ${line.periodStart}::text::timestamptz, ${line.periodEnd}::text::timestamptz,
          ${line.amountUsd}::text::numeric
        )`
      if (!rows[0]) throw new Error('private.apply_paid_invoice_line answered no row')
      return rows[0]
    },

    async copy(organizationId: string, state: SubscriptionState): Promise<CopyOutcome> {
      const rows = await sql<{ outcome: CopyOutcome }[]>`
        select private.copy_subscription(
          ${organizationId}::uuid, ${state.subscriptionId}::text, ${state.revision}::text::bigint,
          ${state.status}::text, ${state.planId}::text, ${state.cancelAt}::text::timestamptz,
          ${state.trialEndsAt}::text::timestamptz
        ) as outcome`
      if (!rows[0]) throw new Error('private.copy_subscription answered no row')
      return rows[0].outcome
    },

    /** `invoice` has the columns of billing_invoices. */
    async recordInvoice(organizationId: string, invoice: object): Promise<void> {
      await sql`
        select private.record_invoice(${organizationId}::uuid, ${JSON.stringify(invoice)}::text::jsonb)`
    },

    /** What the lines of an invoice gave, less what they took. */
    async grantedBy(organizationId: string, invoiceId: string): Promise<string> {
      const rows = await sql<{ granted: string }[]>`
        select coalesce(sum(granted_credits), 0) as granted from public.billing_invoice_lines
        where organization_id = ${organizationId}::uuid and invoice_id = ${invoiceId}::text`
      return rows[0]?.granted ?? '0'
    },

    /**
     * Returns the credits that went (positive) or came again. null: something was applied since the
     * standing with this revision was read.
     */
    async withdrawInvoice(
      organizationId: string,
      invoiceId: string,
      revision: string,
      moneyBack: { refunds: object[]; disputes: object[] },
    ): Promise<string | null> {
      const rows = await sql<{ withdrawn: string | null }[]>`
        select private.withdraw_invoice(
          ${organizationId}::uuid, ${invoiceId}::text, ${revision}::text::bigint,
          ${JSON.stringify(moneyBack)}::text::jsonb
        ) as withdrawn`
      return rows[0]?.withdrawn ?? null
    },

    /** For an organization that is not billed; null takes back what was scheduled. */
    async schedule(organizationId: string, planId: string | null): Promise<ScheduleOutcome> {
      const rows = await sql<{ outcome: ScheduleOutcome }[]>`
        select private.schedule_plan_change(${organizationId}::uuid, ${planId}::text) as outcome`
      if (!rows[0]) throw new Error('private.schedule_plan_change answered no row')
      return rows[0].outcome
    },

    async previewUpgrade(
      organizationId: string,
      planId: string,
    ): Promise<{ share: string; credits: string }> {
      const rows = await sql<{ share: string; credits: string }[]>`
        select share, credits from private.preview_upgrade(${organizationId}::uuid, ${planId}::text)`
      return rows[0] ?? { share: '0', credits: '0' }
    },

    /** Those of these customers that are ours, with what is known of their subscriptions. */
    async findByCustomers(customerIds: string[]): Promise<PlanStanding[]> {
      return standing(sql`subscription.stripe_customer_id = any(${customerIds}::text[])`)
    },

    /** Of these invoices, the ones that are known to be paid. */
    async paidInvoices(invoiceIds: string[]): Promise<Set<string>> {
      const rows = await sql<{ id: string }[]>`
        select id from public.billing_invoices
        where status = 'paid' and id = any(${invoiceIds}::text[])`
      return new Set(rows.map(({ id }) => id))
    },
  }
}
