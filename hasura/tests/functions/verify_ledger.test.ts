import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { hold, settle } from '../support/operations.ts'

let desk: Desk
let organization: string

/** An organization with every kind of row: grants, a charge, debt repaid, an open hold. */
beforeAll(async () => {
  desk = await openDesk()
  organization = await createOrganization(desk, { credits: '1', overdraft: '2' })
  const reservation = await hold(desk.api, organization, '1')
  await settle(desk.api, { organization, reservation, amount: '2.5' })
  await grant(desk, organization, { amount: '10' })
  await hold(desk.api, organization, '3')
})
afterAll(() => desk.close())

test('books that are right break no rule', async () => {
  expect(await brokenRules(desk)).toEqual([])
})

/** What somebody with all privileges and bad luck could do, and how it is found out. */
const DAMAGES: [invariants: string[], damage: (sql: Sql) => Promise<unknown>][] = [
  [
    ['posted_equals_ledger', 'bonus_equals_grants'],
    (sql) => sql`
      update public.organization_credit_balances set bonus_credits = bonus_credits + 1
      where organization_id = ${organization}`,
  ],
  [
    ['posted_equals_ledger', 'monthly_equals_grants'],
    (sql) => sql`
      update public.organization_credit_balances set monthly_credits = monthly_credits + 1
      where organization_id = ${organization}`,
  ],
  [
    ['posted_equals_ledger', 'debt_equals_ledger', 'debt_beside_credits'],
    (sql) => sql`
      update public.organization_credit_balances set debt_credits = debt_credits + 1
      where organization_id = ${organization}`,
  ],
  [
    ['reserved_equals_holds'],
    (sql) => sql`
      update public.organization_credit_balances set reserved_credits = reserved_credits - 1
      where organization_id = ${organization}`,
  ],
  [
    ['used_equals_charges'],
    (sql) => sql`
      update public.organization_credit_balances set used_credits = used_credits + 1
      where organization_id = ${organization}`,
  ],
  [
    ['bonus_equals_grants', 'grant_equals_ledger'],
    (sql) => sql`
      update public.credit_grants set remaining_credits = remaining_credits - 1
      where organization_id = ${organization} and closed_at is null`,
  ],
  [
    [
      'posted_equals_ledger',
      'settlement_equals_ledger',
      'balance_after_chain',
      'debt_equals_ledger',
      'used_equals_charges',
    ],
    (sql) => sql`
      delete from public.credit_transactions
      where organization_id = ${organization} and type = 'ai_consumption' and grant_id is null`,
  ],
  [
    ['settlement_equals_ledger'],
    (sql) => sql`
      update private.credit_holds set charged_credits = charged_credits + 1
      where organization_id = ${organization} and ended_as = 'settled'`,
  ],
  [
    ['reserved_equals_holds'],
    (sql) => sql`
      delete from private.credit_holds as hold
      using private.open_holds as open
      where open.id = hold.id and open.organization_id = ${organization}`,
  ],
  [
    ['account_missing'],
    (sql) => sql`delete from public.org_plans where organization_id = ${organization}`,
  ],
]

class Undo extends Error {}

describe('finds', () => {
  test.each(DAMAGES)('%j', async (invariants, damage) => {
    let found: string[] = []
    await desk.admin
      .begin(async (sql) => {
        await sql`alter table public.credit_transactions disable trigger refuse_ledger_change`
        await damage(sql as unknown as Sql)
        const rows = await sql<{ invariant: string; organization_id: string }[]>`
          select * from private.verify_ledger(${organization})`
        expect(new Set(rows.map((row) => row.organization_id))).toEqual(new Set([organization]))
        found = rows.map((row) => row.invariant)
        throw new Undo()
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error
      })
    expect(new Set(found)).toEqual(new Set(invariants))
  })
})

describe('the ledger is append-only', () => {
  test.each([
    'update public.credit_transactions set amount_credits = amount_credits + 1',
    'delete from public.credit_transactions',
    'truncate public.credit_transactions',
  ])('even for its owner: %s (LG004)', async (statement) => {
    await expect(desk.admin.unsafe(statement)).rejects.toMatchObject({ code: 'LG004' })
  })

  test.each([
    ['ai_consumption', '1'],
    ['expiry', '1'],
    ['plan_allocation', '-1'],
    ['topup_purchase', '-1'],
    ['promo_bonus', '-1'],
    ['referral_bonus', '-1'],
    ['rollover', '-1'],
    ['refund', '-1'],
    ['admin_adjustment', '0'],
    ['gift', '1'],
  ])('and checks the sign of %s: not %s', async (type, amount) => {
    const reservation = type === 'ai_consumption' ? organization : null
    await expect(desk.admin`
      insert into public.credit_transactions
        (organization_id, type, amount_credits, balance_after_credits, event_at, reservation_id)
      values (${organization}, ${type}, ${amount}, 0, now(), ${reservation})`).rejects.toMatchObject(
      { code: '23514' },
    )
  })
})
