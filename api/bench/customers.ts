import type postgres from 'postgres'
import type { Customer } from './designs.ts'

/**
 * Organizations on the largest plan with a member and credits enough for the whole run: a purchase
 * that is used first, so that no grant runs out meanwhile, beside the plan's grants and a promotion.
 */
export async function createCustomers(
  sql: postgres.Sql,
  prefix: string,
  count: number,
): Promise<Customer[]> {
  const customers = await sql<Customer[]>`
    with person as (
      insert into auth.users (name, email, email_verified)
      select 'Bench ' || number, ${prefix} || number || '@bench.test', true
      from generate_series(1, ${count}::int) as number
      returning id, email
    ),
    organization as (
      insert into auth.organizations (name, slug)
      select ${prefix} || number, ${prefix} || number from generate_series(1, ${count}::int) as number
      returning id, slug
    )
    insert into auth.members (organization_id, user_id, role)
    select organization.id, person.id, 'member'
    from organization
    join person on person.email = organization.slug || '@bench.test'
    returning organization_id as "organizationId", user_id as "userId"`
  for (const { organizationId } of customers) {
    await sql`select private.set_organization_plan(${organizationId}::uuid, 'team', null)`
    await sql`
      select private.grant_credits(${organizationId}::uuid, 'promo', 50, null,
        now() + interval '1 year', null, null, 'bench promo')`
    await sql`
      select private.grant_credits(${organizationId}::uuid, 'topup', 900000000, 1, null, null,
        null, 'bench topup')`
  }
  return customers
}

/** Evenly, so that every organization has its share of the load. */
export function inTurn(customers: Customer[]): () => Customer {
  let next = 0
  return () => {
    const customer = customers[next % customers.length]
    next += 1
    if (!customer) throw new Error('there are no customers')
    return customer
  }
}

/** The gate of every figure: a fast ledger that is wrong has no speed. */
export async function requireCorrectLedger(sql: postgres.Sql): Promise<void> {
  const violations = await sql`select * from private.verify_ledger(null) limit 5`
  if (violations.length > 0) {
    throw new Error(`the ledger is wrong: ${JSON.stringify([...violations])}`)
  }
}
