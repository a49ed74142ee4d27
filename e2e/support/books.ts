import { withDatabase } from './organizations.ts'

/** Everything that a request could have written for the organization. */
export const writtenFor = (organizationId: string) =>
  withDatabase(async (sql) => {
    const [row] = await sql<{ reservations: number; ledger: number; held: string }[]>`
      select reserved_credits as held,
        (select count(*)::integer from public.credit_reservations as made
          where made.organization_id = balance.organization_id) as reservations,
        (select count(*)::integer from public.credit_transactions as entry
          where entry.organization_id = balance.organization_id) as ledger
      from public.organization_credit_balances as balance
      where organization_id = ${organizationId}`
    return row!
  })

/** What is wrong with the books of the organization; empty when all is right. */
export const brokenRules = (organizationId: string) =>
  withDatabase(async (sql) => [
    ...(await sql`select * from private.verify_ledger(${organizationId})`),
  ])
