import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine, Session } from '../support/access-engine.ts'
import { createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

/*
 * The one table that clients write: the default level of a capability. `pro` allows fast and
 * enhanced; the other organization is on `team`, which allows premium as well.
 */
const MANAGERS = ['owner', 'org_admin']
const OTHERS = ['member', 'service', 'platform_admin', 'anonymous']
const REFUSED = 'validation-failed'
const CHECK_FAILED = 'permission-error'

let desk: Desk
let engine: AccessEngine
let own: string
let foreign: string
let person: string

beforeAll(async () => {
  desk = await openDesk()
  own = await createOrganization(desk, { plan: 'pro' })
  foreign = await createOrganization(desk, { plan: 'team' })
  person = await createMember(desk, own)
  engine = await startAccessEngine(desk)
})
beforeEach(async () => {
  await desk.admin`delete from public.organization_quality_defaults`
  await desk.admin`
    insert into public.organization_quality_defaults
      (organization_id, capability_id, quality_level_id)
    values (${own}, 'question_generation', 'fast'), (${foreign}, 'question_generation', 'premium')`
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

const as = (role: string): Session => ({ role, organization: own, user: person })

const levelsOf = async (organization: string) => {
  const rows = await desk.admin<{ capability: string; level: string; by: string | null }[]>`
    select capability_id as capability, quality_level_id as level, updated_by_user_id as by
    from public.organization_quality_defaults where organization_id = ${organization}
    order by capability_id`
  return rows.map(({ capability, level, by }) => [capability, level, by])
}
const UNCHANGED = [['question_generation', 'fast', null]]

const insertOf = (capability: string, level: string, more = '') => `mutation {
  insert_organization_quality_defaults_one(
    object: {capability_id: "${capability}", quality_level_id: "${level}" ${more}}
  ) { organization_id quality_level_id }
}`
const upsertOf = (capability: string, level: string) => `mutation {
  insert_organization_quality_defaults_one(
    object: {capability_id: "${capability}", quality_level_id: "${level}"}
    on_conflict: {
      constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]
    }
  ) { quality_level_id }
}`
const updateOf = (set: string, where = '{}') => `mutation {
  update_organization_quality_defaults(where: ${where}, _set: ${set}) { affected_rows }
}`
const DELETE_ALL = `mutation {
  delete_organization_quality_defaults(where: {}) { affected_rows }
}`

describe.each(MANAGERS)('%s', (role) => {
  test('inserts a level that the plan allows, for their organization, under their name', async () => {
    const answer = await engine.graphql(as(role), insertOf('testimonial_polish', 'enhanced'))
    expect(answer.data).toEqual({
      insert_organization_quality_defaults_one: {
        organization_id: own,
        quality_level_id: 'enhanced',
      },
    })
    expect(await levelsOf(own)).toEqual([...UNCHANGED, ['testimonial_polish', 'enhanced', person]])
  })

  test.each([
    ['insert', insertOf('testimonial_polish', 'premium')],
    ['upsert', upsertOf('question_generation', 'premium')],
    ['update', updateOf('{quality_level_id: "premium"}')],
  ])('cannot %s a level that the plan does not allow', async (_name, mutation) => {
    const answer = await engine.graphql(as(role), mutation)
    expect(answer.data).toBeUndefined()
    expect(codeOf(answer)).toBe(CHECK_FAILED)
    expect(await levelsOf(own)).toEqual(UNCHANGED)
  })

  test.each([
    ['upserts', upsertOf('question_generation', 'enhanced')],
    ['updates', updateOf('{quality_level_id: "enhanced"}')],
  ])('%s their own row and leaves the other organization alone', async (_name, mutation) => {
    expect((await engine.graphql(as(role), mutation)).errors).toBeUndefined()
    expect(await levelsOf(own)).toEqual([['question_generation', 'enhanced', person]])
    expect(await levelsOf(foreign)).toEqual([['question_generation', 'premium', null]])
  })

  test('deletes their own rows only, also when asked for all', async () => {
    const answer = await engine.graphql(as(role), DELETE_ALL)
    expect(answer.data).toEqual({ delete_organization_quality_defaults: { affected_rows: 1 } })
    expect(await levelsOf(own)).toEqual([])
    expect(await levelsOf(foreign)).toHaveLength(1)
  })

  test('reaches no row of the other organization by its key', async () => {
    const key = `organization_id: "${foreign}", capability_id: "question_generation"`
    const changed = await engine.graphql(
      as(role),
      `mutation {
        update_organization_quality_defaults_by_pk(
          pk_columns: {${key}}, _set: {quality_level_id: "fast"}
        ) { quality_level_id }
        delete_organization_quality_defaults_by_pk(${key}) { quality_level_id }
      }`,
    )
    expect(changed.data).toEqual({
      update_organization_quality_defaults_by_pk: null,
      delete_organization_quality_defaults_by_pk: null,
    })
    expect(await levelsOf(foreign)).toEqual([['question_generation', 'premium', null]])
  })

  test.each([
    [
      'an organization',
      () => insertOf('testimonial_polish', 'fast', `organization_id: "${foreign}"`),
    ],
    ['a person', () => insertOf('testimonial_polish', 'fast', `updated_by_user_id: "${person}"`)],
    ['a time', () => insertOf('testimonial_polish', 'fast', 'updated_at: "2000-01-01"')],
    ['an organization in a change', () => updateOf(`{organization_id: "${foreign}"}`)],
    ['a capability in a change', () => updateOf('{capability_id: "testimonial_polish"}')],
  ])('cannot name %s', async (_name, mutation) => {
    expect(codeOf(await engine.graphql(as(role), mutation()))).toBe(REFUSED)
    expect(await levelsOf(own)).toEqual(UNCHANGED)
  })

  test('writes nothing without an organization in the session', async () => {
    for (const mutation of [insertOf('testimonial_polish', 'fast'), DELETE_ALL]) {
      const answer = await engine.graphql({ role, user: person }, mutation)
      expect(codeOf(answer)).toBe('not-found')
    }
    expect(await levelsOf(own)).toEqual(UNCHANGED)
  })
})

test.each(OTHERS)('%s cannot insert, update or delete', async (role) => {
  const mutations = [
    insertOf('testimonial_polish', 'fast'),
    upsertOf('question_generation', 'enhanced'),
    updateOf('{quality_level_id: "enhanced"}'),
    DELETE_ALL,
  ]
  for (const mutation of mutations) {
    expect(codeOf(await engine.graphql(as(role), mutation)), mutation).toBe(REFUSED)
  }
  expect(await levelsOf(own)).toEqual(UNCHANGED)
})
