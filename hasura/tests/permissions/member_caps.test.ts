import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine, Session } from '../support/access-engine.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

const REFUSED = 'validation-failed'

let desk: Desk
let engine: AccessEngine
let own: string
let foreign: string
let person: string
let stranger: string

beforeAll(async () => {
  desk = await openDesk()
  own = await createOrganization(desk)
  foreign = await createOrganization(desk)
  person = await createMember(desk, own)
  stranger = await createMember(desk, foreign)
  engine = await startAccessEngine(desk)
})
beforeEach(async () => {
  await desk.admin`delete from public.member_caps`
  await desk.admin`
    insert into public.member_caps (organization_id, user_id, meter_id, limit_amount)
    values (${foreign}, ${stranger}, 'letters', 1)`
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

const as = (role: string): Session => ({ role, organization: own, user: person })

const insertOf = (user: string, meter: string) => `mutation {
  insert_member_caps_one(object: {user_id: "${user}", meter_id: "${meter}", limit_amount: 5}) {
    organization_id updated_by_user_id
  }
}`
const UPDATE_ALL = `mutation { update_member_caps(where: {}, _set: {limit_amount: 9}) { affected_rows } }`
const DELETE_ALL = 'mutation { delete_member_caps(where: {}) { affected_rows } }'

describe.each(['owner', 'org_admin'])('%s', (role) => {
  test('sets, changes and takes away caps of members, under the own name', async () => {
    const made = await engine.graphql(as(role), insertOf(person, 'credits'))
    expect(made.data).toEqual({
      insert_member_caps_one: { organization_id: own, updated_by_user_id: person },
    })
    const changed = await engine.graphql(as(role), UPDATE_ALL)
    expect(changed.data).toEqual({ update_member_caps: { affected_rows: 1 } })
    const removed = await engine.graphql(as(role), DELETE_ALL)
    expect(removed.data).toEqual({ delete_member_caps: { affected_rows: 1 } })
    const [left] = await desk.admin`
      select limit_amount::int as limit from public.member_caps where organization_id = ${foreign}`
    expect(left).toEqual({ limit: 1 })
  })

  test('not for strangers, and not of what is no meter', async () => {
    expect((await engine.graphql(as(role), insertOf(stranger, 'letters'))).errors).toBeDefined()
    expect((await engine.graphql(as(role), insertOf(person, 'luck'))).errors).toBeDefined()
    const [count] = await desk.admin`select count(*)::int as rows from public.member_caps`
    expect(count).toEqual({ rows: 1 })
  })
})

test.each(['member', 'service', 'platform_admin', 'anonymous'])('%s sets none', async (role) => {
  for (const mutation of [insertOf(person, 'letters'), UPDATE_ALL, DELETE_ALL]) {
    expect(codeOf(await engine.graphql(as(role), mutation))).toBe(REFUSED)
  }
})
