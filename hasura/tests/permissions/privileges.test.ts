import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOrganization, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { TABLES } from './access.ts'

const MONEY = [
  'public.organization_credit_balances',
  'public.credit_grants',
  'public.credit_transactions',
  'public.ai_operation_results',
]
const DENIED = { code: '42501' }

let desk: Desk
let hasura: Sql
let organization: string

beforeAll(async () => {
  desk = await openDesk()
  hasura = desk.database.sql({ as: 'hasura', max: 2 })
  organization = await createOrganization(desk, { plan: 'pro' })
})
afterAll(() => desk.close())

describe('the role of the api', () => {
  test.each(MONEY)('reads %s and cannot write it', async (table) => {
    await desk.api.unsafe(`select from ${table} limit 1`)
    await expect(desk.api.unsafe(`delete from ${table}`)).rejects.toMatchObject(DENIED)
    await expect(
      desk.api.unsafe(`update ${table} set organization_id = organization_id`),
    ).rejects.toMatchObject(DENIED)
    await expect(desk.api.unsafe(`insert into ${table} default values`)).rejects.toMatchObject(
      DENIED,
    )
    await expect(desk.api.unsafe(`truncate ${table}`)).rejects.toMatchObject(DENIED)
  })

  test('reads what became of holds, and neither reads nor writes the holds', async () => {
    await desk.api`select from public.credit_reservations limit 1`
    await desk.api`select from public.open_reservations limit 1`
    for (const statement of [
      'select from private.credit_holds',
      'select from private.open_holds',
      'delete from private.credit_holds',
      "update private.credit_holds set ended_as = 'released'",
      'insert into private.credit_holds default values',
      'truncate private.credit_holds',
    ]) {
      await expect(desk.api.unsafe(statement)).rejects.toMatchObject(DENIED)
    }
  })

  test('cannot call what decides and writes behind the gate', async () => {
    await expect(
      desk.api`select private.expire_due_grants(array[${organization}]::uuid[], now())`,
    ).rejects.toMatchObject(DENIED)
    await expect(
      desk.api`
        select private.add_grant(
          ${organization}, 'promo', 'promo_bonus', 1, 1, now(), null, null, null, null, now())`,
    ).rejects.toMatchObject(DENIED)
  })

  test('owns identity: it may write users, sessions and organizations', async () => {
    const rows = await desk.api`
      insert into auth.organizations (name, slug) values ('Api', 'by-api') returning id`
    expect(rows).toHaveLength(1)
  })

  test('cannot make or drop objects', async () => {
    await expect(desk.api`create table public.mine (id int)`).rejects.toMatchObject(DENIED)
    await expect(desk.api`drop table public.plans`).rejects.toMatchObject(DENIED)
  })
})

describe('the role of Hasura', () => {
  test.each([...MONEY, 'public.plans', 'public.org_plans', 'auth.users', 'auth.members'])(
    'reads %s and cannot write it',
    async (table) => {
      await hasura.unsafe(`select from ${table} limit 1`)
      await expect(hasura.unsafe(`delete from ${table}`)).rejects.toMatchObject(DENIED)
      await expect(hasura.unsafe(`truncate ${table}`)).rejects.toMatchObject(DENIED)
    },
  )

  test('reads whole rows of tracked tables, as Hasura selects all columns of each', async () => {
    const rows = await desk.admin<{ name: string }[]>`
      select name from unnest(${Object.keys(TABLES)}::text[]) as name
      where not has_table_privilege('purser_hasura', name, 'SELECT')`
    expect([...rows]).toEqual([])
  })

  test.each([
    'auth.accounts',
    'auth.sessions',
    'auth.jwks',
    'auth.verifications',
    'auth.service_api_key_hashes',
  ])('cannot read %s', async (table) => {
    await expect(hasura.unsafe(`select from ${table}`)).rejects.toMatchObject(DENIED)
  })

  test('cannot call private functions, can call public ones', async () => {
    await expect(hasura`select private.verify_ledger(${organization})`).rejects.toMatchObject(
      DENIED,
    )
    const [row] = await hasura`
      select public.organization_credit_balances_available_credits(balance) as credits
      from public.organization_credit_balances as balance
      where organization_id = ${organization}`
    expect(row).toEqual({ credits: '500.00' })
  })

  test('writes the settings that clients may write', async () => {
    await hasura`
      insert into public.organization_quality_defaults (organization_id, capability_id, quality_level_id)
      values (${organization}, 'testimonial_polish', 'fast')`
    await hasura`
      update public.organization_quality_defaults set quality_level_id = 'enhanced'
      where organization_id = ${organization}`
    const rows = await hasura`
      delete from public.organization_quality_defaults
      where organization_id = ${organization} returning quality_level_id`
    expect([...rows]).toEqual([{ quality_level_id: 'enhanced' }])
  })

  test('but no default level that the plan does not allow (check_violation)', async () => {
    await expect(
      hasura`
        insert into public.organization_quality_defaults (organization_id, capability_id, quality_level_id)
        values (${organization}, 'testimonial_polish', 'premium')`,
    ).rejects.toMatchObject({
      code: '23514',
      constraint_name: 'organization_quality_defaults_allowed',
    })
  })
})
