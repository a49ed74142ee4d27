import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine, Session } from '../support/access-engine.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { prepareTwoOrganizations } from '../support/two-organizations.ts'
import type { PreparedOrganization } from '../support/two-organizations.ts'
import { ROLES } from './access.ts'
import type { Role } from './access.ts'

const REFUSED = 'validation-failed'
const INSIDERS: Role[] = ['owner', 'org_admin', 'member', 'service']
const SIGNED_IN: Role[] = [...INSIDERS, 'platform_admin']

/** The functions of the usage page, with the arguments that name an organization. */
const FUNCTIONS: Record<string, (organization: string, user: string) => string> = {
  usage_series: (organization) => `organization_id: "${organization}", days: 7`,
  usage_summary: (organization) => `organization_id: "${organization}"`,
  remaining_quota: (organization, user) => `organization_id: "${organization}", user_id: "${user}"`,
  nearing_quota: (organization) => `organization_id: "${organization}", threshold: 0`,
  usage_by_period: (organization) => `organization_id: "${organization}"`,
  top_members: (organization) => `organization_id: "${organization}"`,
  top_capabilities: (organization) => `organization_id: "${organization}"`,
  credit_forecast: (organization) => `organization_id: "${organization}"`,
}

let desk: Desk
let engine: AccessEngine
let own: PreparedOrganization
let foreign: PreparedOrganization

beforeAll(async () => {
  desk = await openDesk()
  ;({ own, foreign } = await prepareTwoOrganizations(desk))
  engine = await startAccessEngine(desk)
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

const as = (role: Role): Session =>
  role === 'anonymous' ? { role } : { role, organization: own.id, user: own.member }

async function ask(role: Role, name: string, of: PreparedOrganization, columns: string) {
  const args = FUNCTIONS[name]!(of.id, of.member)
  const answer = await engine.graphql(as(role), `{ rows: ${name}(args: {${args}}) { ${columns} } }`)
  return { answer, rows: answer.data?.['rows'] as Record<string, unknown>[] }
}

describe.each(Object.keys(FUNCTIONS))('%s', (name) => {
  test.each(SIGNED_IN)('%s reads it for the own organization', async (role) => {
    const { answer, rows } = await ask(role, name, own, 'organization_id')
    expect(answer.errors).toBeUndefined()
    expect(rows.length).toBeGreaterThan(0)
  })

  test.each(INSIDERS)('%s reads nothing of another organization', async (role) => {
    const { answer, rows } = await ask(role, name, foreign, 'organization_id')
    expect(answer.errors).toBeUndefined()
    expect(rows).toEqual([])
  })

  test('platform_admin reads it for any organization, anonymous for none', async () => {
    expect(
      (await ask('platform_admin', name, foreign, 'organization_id')).rows.length,
    ).toBeGreaterThan(0)
    expect(codeOf((await ask('anonymous', name, own, 'organization_id')).answer)).toBe(REFUSED)
  })
})

describe('numbers about members', () => {
  const users = (rows: Record<string, unknown>[]) =>
    new Set(rows.map(({ user_id: user }) => user).filter((user) => user !== null))

  test.each(['owner', 'org_admin', 'service'] as const)('%s sees all of them', async (role) => {
    const { rows } = await ask(role, 'top_members', own, 'user_id')
    expect(users(rows)).toEqual(new Set([own.owner, own.member]))
  })

  test('a member sees the own ones', async () => {
    const { rows } = await ask('member', 'top_members', own, 'user_id')
    expect(users(rows)).toEqual(new Set([own.member]))
    const series = await engine.graphql(
      as('member'),
      `{ rows: usage_series(args: {organization_id: "${own.id}", days: 7, breakdown: "member"}) {
        user_id amount } }`,
    )
    expect(users(series.data!['rows'] as Record<string, unknown>[])).toEqual(new Set([own.member]))
    const others = await engine.graphql(
      as('member'),
      `{ rows: remaining_quota(args: {organization_id: "${own.id}", user_id: "${own.owner}"}) {
        user_id } }`,
    )
    expect(others.data).toEqual({ rows: [] })
  })
})

test.each(ROLES)('aggregate_statistics: %s', async (role) => {
  const answer = await engine.graphql(
    as(role),
    '{ aggregate_statistics { meter_id total_amount } }',
  )
  if (role !== 'platform_admin') return expect(codeOf(answer)).toBe(REFUSED)
  expect(answer.data!['aggregate_statistics']).toHaveLength(8)
})
