import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { actions } from '../../src/actions/registry.ts'
import { rolesOfMember } from '../../src/auth/hasura-roles.ts'
import { jobs } from '../../src/cron/dispatcher.ts'

const read = (name: string) =>
  readFileSync(new URL(`../../../hasura/metadata/${name}`, import.meta.url), 'utf8')

/** The actions of actions.yaml as [name, handler, roles], in the CLI's own layout of the file. */
const declared = read('actions.yaml')
  .split(/^ {2}- name: /m)
  .slice(1)
  .map((part) => part.split(/^custom_types:/m)[0] ?? '')
  .map((part) => ({
    name: /^\w+/.exec(part)?.[0] ?? '',
    handler: /handler: '(.+)'/.exec(part)?.[1],
    roles: [...part.matchAll(/^ {6}- role: (\w+)$/gm)].map((match) => match[1]),
  }))

describe('the metadata of actions', () => {
  test('names exactly the actions that have a handler', () => {
    expect(declared.map(({ name }) => name).toSorted()).toEqual([...actions.keys()].toSorted())
  })

  test.each(declared)('sends $name to its route, for the roles that it accepts', (action) => {
    expect(action.handler).toBe(`{{ACTION_BASE_URL}}/actions/${action.name}`)
    const roles = actions.get(action.name)?.roles ?? []
    expect([...roles].toSorted()).toEqual(action.roles.toSorted())
  })
})

test('no token and no action knows the role admin, which to Hasura is above all permissions', () => {
  const tokenRoles = (['owner', 'admin', 'member'] as const).flatMap(rolesOfMember)
  const actionRoles = [...actions.values()].flatMap(({ roles }) => roles)
  expect([...tokenRoles, ...actionRoles]).not.toContain('admin')
})

test('every cron trigger has a job', () => {
  const webhooks = [...read('cron_triggers.yaml').matchAll(/\/cron\/(\w+)'/g)]
  expect(webhooks.map((match) => match[1]).toSorted()).toEqual([...jobs.keys()].toSorted())
})
