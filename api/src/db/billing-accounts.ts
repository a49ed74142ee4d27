import type { Database } from './client.ts'

export interface BillingAccount {
  name: string
  stripe_customer_id: string | null
  stripe_subscription_id: string | null
  stripe_payment_method_id: string | null
  payment_method_label: string | null
  owner_email: string | null
}

export type BillingAccountQueries = ReturnType<typeof createBillingAccountQueries>

/** How organizations are known to Stripe. */
export function createBillingAccountQueries(sql: Database) {
  return {
    async find(organizationId: string): Promise<BillingAccount | null> {
      const rows = await sql<BillingAccount[]>`
        select
          organization.name,
          subscription.stripe_customer_id,
          subscription.stripe_subscription_id,
          setting.stripe_payment_method_id,
          setting.payment_method_label,
          (
            select person.email
            from auth.members as member
            join auth.users as person on person.id = member.user_id
            where member.organization_id = organization.id and member.role = 'owner'
            order by member.created_at, member.id
            limit 1
          ) as owner_email
        from auth.organizations as organization
        join public.org_plans as subscription on subscription.organization_id = organization.id
        left join public.billing_settings as setting on setting.organization_id = organization.id
        where organization.id = ${organizationId}::uuid`
      return rows[0] ?? null
    },

    /** The customer that stands: the first one that was written. */
    async setCustomer(organizationId: string, customerId: string): Promise<string | null> {
      const rows = await sql<{ customer_id: string | null }[]>`
        select private.set_stripe_customer(${organizationId}::uuid, ${customerId}::text)
          as customer_id`
      return rows[0]?.customer_id ?? null
    },

    async savePaymentMethod(
      organizationId: string,
      paymentMethodId: string | null,
      label: string | null,
    ): Promise<void> {
      await sql`
        select private.save_payment_method(
          ${organizationId}::uuid, ${paymentMethodId}::text, ${label}::text
        )`
    },

    /** Who acts, as known at this moment; kept with what he causes. */
    async actor(userId: string, role: string): Promise<object> {
      const [user] = await sql<{ name: string; email: string }[]>`
        select name, email from auth.users where id = ${userId}::uuid`
      return { kind: 'user', role, user_id: userId, ...user }
    },
  }
}
