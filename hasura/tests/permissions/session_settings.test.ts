import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine, Session } from '../support/access-engine.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { begin } from '../support/sessions.ts'

const REFUSED = 'validation-failed'
const DENIED = { code: '42501' }

let desk: Desk
let engine: AccessEngine
let own: string
let foreign: string
let person: string

beforeAll(async () => {
  desk = await openDesk()
  own = await createOrganization(desk, { plan: 'pro' })
  foreign = await createOrganization(desk, { plan: 'pro' })
  person = await createMember(desk, own)
  engine = await startAccessEngine(desk)
})
beforeEach(async () => {
  await desk.admin`delete from public.session_settings`
  await desk.admin`insert into public.session_settings (organization_id) values (${foreign})`
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

const as = (role: string): Session => ({ role, organization: own, user: person })
const settings = async () =>
  desk.admin<{ organization_id: string; buys: boolean; by: string | null }[]>`
    select organization_id, buy_minutes_with_credits as buys, updated_by_user_id as by
    from public.session_settings order by organization_id = ${foreign}`

const upsert = (value: boolean, more = '') => `mutation {
  insert_session_settings_one(
    object: {buy_minutes_with_credits: ${value} ${more}}
    on_conflict: {constraint: session_settings_pkey, update_columns: [buy_minutes_with_credits]}
  ) { organization_id buy_minutes_with_credits }
}`
const UPDATE = `mutation {
  update_session_settings(where: {}, _set: {buy_minutes_with_credits: true}) { affected_rows }
}`
const DELETE = 'mutation { delete_session_settings(where: {}) { affected_rows } }'

describe.each(['owner', 'org_admin'])('%s', (role) => {
  test('switches bought minutes of their organization on and off, under their name', async () => {
    for (const buys of [true, false]) {
      expect((await engine.graphql(as(role), upsert(buys))).errors).toBeUndefined()
      expect([...(await settings())]).toEqual([
        { organization_id: own, buys, by: person },
        { organization_id: foreign, buys: false, by: null },
      ])
    }
    const updated = await engine.graphql(as(role), UPDATE)
    expect(updated.data).toEqual({ update_session_settings: { affected_rows: 1 } })
    const deleted = await engine.graphql(as(role), DELETE)
    expect(deleted.data).toEqual({ delete_session_settings: { affected_rows: 1 } })
    expect(await settings()).toHaveLength(1)
  })

  test('names no organization and no person', async () => {
    for (const more of [`organization_id: "${foreign}"`, `updated_by_user_id: "${person}"`]) {
      expect(codeOf(await engine.graphql(as(role), upsert(true, more)))).toBe(REFUSED)
    }
  })
})

test.each(['member', 'service', 'platform_admin', 'anonymous'])('%s sets nothing', async (role) => {
  for (const mutation of [upsert(true), UPDATE, DELETE]) {
    expect(codeOf(await engine.graphql(as(role), mutation))).toBe(REFUSED)
  }
})

test('sessions behind the view are for no role of a program', async () => {
  await begin(desk.api, { organization: own, user: person })
  const hasura = desk.database.sql({ as: 'hasura', max: 1 })
  for (const sql of [hasura, desk.api]) {
    await expect(sql`select from private.metered_sessions`).rejects.toMatchObject(DENIED)
    await expect(sql`update public.usage_periods set used_seconds = 0`).rejects.toMatchObject(
      DENIED,
    )
    expect(await sql`select status from public.usage_sessions`).toHaveLength(1)
  }
})
