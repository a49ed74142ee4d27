import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { ACTION_SECRET, CALLED, codeOf, startAccessEngine } from '../support/access-engine.ts'
import type { AccessEngine } from '../support/access-engine.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { ROLES, words } from './access.ts'

interface ActionAccess {
  kind: 'query' | 'mutation'
  roles: string
  /** The least that the types accept. */
  input: string
}

const ID = '00000000-0000-4000-8000-000000000001'
const KEY = 'idempotency_key: "key"'
const PEOPLE = 'owner org_admin member'
const MANAGERS = 'owner org_admin'
/** A customer of a form has not signed in; the handler asks for the form's token. */
const PEOPLE_AND_CUSTOMERS = `${PEOPLE} anonymous`
const ACCESS_CHECK = 'capability: "question_generation"'

/** Written by hand: what the product promises, not what the metadata says. */
const ACTIONS: Record<string, ActionAccess> = {
  check_ai_access: { kind: 'query', roles: `${PEOPLE} service`, input: ACCESS_CHECK },
  explain_ai_access: {
    kind: 'query',
    roles: `${PEOPLE} service platform_admin`,
    input: ACCESS_CHECK,
  },
  reserve_credits: {
    kind: 'mutation',
    roles: 'service',
    input: `input: {capability: "question_generation", ${KEY}}`,
  },
  settle_credits: {
    kind: 'mutation',
    roles: 'service',
    input: `input: {reservation_id: "${ID}", amount_credits: 1}`,
  },
  release_credits: {
    kind: 'mutation',
    roles: 'service',
    input: `input: {reservation_id: "${ID}", reason: "r"}`,
  },
  extend_reservation: {
    kind: 'mutation',
    roles: 'service',
    input: `input: {reservation_id: "${ID}", expires_in_seconds: 60}`,
  },
  suggest_questions: {
    kind: 'mutation',
    roles: PEOPLE_AND_CUSTOMERS,
    input: `input: {product_name: "p", product_description: "d", ${KEY}}`,
  },
  assemble_testimonial: {
    kind: 'mutation',
    roles: PEOPLE_AND_CUSTOMERS,
    input: `input: {product_name: "p", answers: [{question: "q", answer: "a"}], ${KEY}}`,
  },
  polish_testimonial: {
    kind: 'mutation',
    roles: PEOPLE_AND_CUSTOMERS,
    input: `input: {testimonial: "t", ${KEY}}`,
  },
  create_service_api_key: { kind: 'mutation', roles: MANAGERS, input: 'input: {name: "n"}' },
  revoke_service_api_key: { kind: 'mutation', roles: MANAGERS, input: `input: {id: "${ID}"}` },
  create_form_token: { kind: 'mutation', roles: MANAGERS, input: 'input: {form_id: "f"}' },
  revoke_form_token: { kind: 'mutation', roles: MANAGERS, input: 'input: {form_id: "f"}' },
  start_session: { kind: 'mutation', roles: PEOPLE, input: `input: {${KEY}}` },
  session_heartbeat: {
    kind: 'mutation',
    roles: `${PEOPLE} service`,
    input: `session_id: "${ID}"`,
  },
  end_session: { kind: 'mutation', roles: `${PEOPLE} service`, input: `session_id: "${ID}"` },
  session_status: { kind: 'query', roles: `${PEOPLE} service`, input: `session_id: "${ID}"` },
  session_allowance: { kind: 'query', roles: PEOPLE, input: '' },
  create_realtime_token: { kind: 'mutation', roles: PEOPLE, input: `session_id: "${ID}"` },
  consume_quota: {
    kind: 'mutation',
    roles: 'service',
    input: `input: {meter: "letters", amount: 1, ${KEY}}`,
  },
  record_usage: {
    kind: 'mutation',
    roles: 'service',
    input: `input: {meter: "letters", amount: 1, ${KEY}}`,
  },
  check_quota: { kind: 'query', roles: `${PEOPLE} service`, input: 'meter: "letters"' },
  explain_quota: {
    kind: 'query',
    roles: `${PEOPLE} service platform_admin`,
    input: 'meter: "letters"',
  },
  set_quota_override: {
    kind: 'mutation',
    roles: 'platform_admin',
    input: `input: {organization_id: "${ID}", meter: "letters", reason: "r"}`,
  },
  remove_quota_override: {
    kind: 'mutation',
    roles: 'platform_admin',
    input: `override_id: "${ID}"`,
  },
  grant_credits: {
    kind: 'mutation',
    roles: 'platform_admin',
    input: `input: {organization_id: "${ID}", amount_credits: 1, reason: "r", ${KEY}}`,
  },
  refund_transaction: {
    kind: 'mutation',
    roles: 'platform_admin',
    input: `input: {transaction_id: "${ID}", reason: "r", ${KEY}}`,
  },
  purchase_credits: {
    kind: 'mutation',
    roles: MANAGERS,
    input: `input: {package_id: "topup_1000", ${KEY}}`,
  },
  open_billing_portal: { kind: 'mutation', roles: MANAGERS, input: 'return_path: "/billing"' },
  preview_plan_change: { kind: 'query', roles: MANAGERS, input: 'plan_id: "pro"' },
  change_plan: { kind: 'mutation', roles: MANAGERS, input: `input: {plan_id: "pro", ${KEY}}` },
  undo_plan_change: { kind: 'mutation', roles: MANAGERS, input: KEY },
  set_auto_topup: { kind: 'mutation', roles: MANAGERS, input: 'input: {enabled: false}' },
  set_pay_as_you_go: { kind: 'mutation', roles: MANAGERS, input: 'input: {enabled: false}' },
  replay_stripe_event: { kind: 'mutation', roles: 'platform_admin', input: 'event_id: "evt_1"' },
}

/** Where an operator names an organization; nobody else can, whatever the input says. */
const NAMES_AN_ORGANIZATION = [
  'explain_ai_access.organization_id',
  'explain_quota.organization_id',
  'grant_credits.organization_id',
  'set_quota_override.organization_id',
]

const ORGANIZATION = '00000000-0000-4000-8000-0000000000aa'
const USER = '00000000-0000-4000-8000-0000000000bb'
const cases = Object.entries(ACTIONS).flatMap(([action, access]) =>
  ROLES.map((role) => ({
    action,
    role,
    verb: words(access.roles).includes(role) ? 'may' : 'may not',
    access,
  })),
)

let desk: Desk
let engine: AccessEngine

beforeAll(async () => {
  desk = await openDesk()
  engine = await startAccessEngine(desk)
})
beforeEach(() => {
  engine.calls.length = 0
})
afterAll(async () => {
  await engine.stop()
  await desk.close()
})

const callsOf = (action: string) => engine.calls.filter(({ path }) => path === `/actions/${action}`)

test('every action has its case', () => {
  const file = join(HASURA_PROJECT_DIRECTORY, 'metadata/actions.yaml')
  const { actions } = parse(readFileSync(file, 'utf8')) as { actions: { name: string }[] }
  expect(Object.keys(ACTIONS).toSorted()).toEqual(actions.map(({ name }) => name).toSorted())
})

describe('calling', () => {
  test.each(cases)('$role $verb call $action', async ({ action, role, verb, access }) => {
    const session = { role, organization: ORGANIZATION, user: USER }
    const args = access.input && `(${access.input})`
    const query = `${access.kind} { ${action}${args} { __typename } }`
    const code = codeOf(await engine.graphql(session, query))
    if (verb === 'may not') {
      expect(code).toBe('validation-failed')
      expect(callsOf(action)).toEqual([])
      return
    }
    expect(code).toBe(CALLED)
    const [call] = callsOf(action)
    expect(call!.headers['x-action-secret']).toBe(ACTION_SECRET)
    expect(call!.body).toMatchObject({
      action: { name: action },
      session_variables: {
        'x-hasura-role': role,
        'x-hasura-org-id': ORGANIZATION,
        'x-hasura-user-id': USER,
      },
    })
  })

  test('no secret of the caller reaches the handler', async () => {
    const session = { role: 'service', organization: ORGANIZATION }
    await engine.graphql(session, `{ check_ai_access(${ACCESS_CHECK}) { __typename } }`)
    const [call] = callsOf('check_ai_access')
    expect(JSON.stringify(call)).not.toContain('admin-secret')
  })
})

describe('the organization', () => {
  interface Field {
    name: string
    type: { name: string | null; ofType: Field['type'] | null }
  }
  const REFERENCE = 'type { name ofType { name ofType { name ofType { name } } } }'

  const typeName = ({ name, ofType }: Field['type']): string => name ?? typeName(ofType!)

  /** Names of the fields of a type, and of the input objects in it. */
  async function fieldsWithin(fields: Field[], above: string): Promise<string[]> {
    const names: string[] = []
    for (const { name, type } of fields) {
      names.push(`${above}.${name}`)
      const answer = await engine.asAdmin(
        `{ __type(name: "${typeName(type)}") { inputFields { name ${REFERENCE} } } }`,
      )
      const inner = answer.data!['__type'] as { inputFields: Field[] | null }
      names.push(...(await fieldsWithin(inner.inputFields ?? [], above)))
    }
    return names
  }

  test('is never an input, but of operators', async () => {
    const names: string[] = []
    for (const root of ['query_root', 'mutation_root']) {
      const answer = await engine.asAdmin(
        `{ __type(name: "${root}") { fields { name args { name ${REFERENCE} } } } }`,
      )
      const { fields } = answer.data!['__type'] as { fields: { name: string; args: Field[] }[] }
      for (const { name, args } of fields) {
        if (name in ACTIONS) names.push(...(await fieldsWithin(args, name)))
      }
    }
    expect(names).toContain('reserve_credits.idempotency_key')
    expect(names.filter((name) => /\.\w*org/i.test(name)).toSorted()).toEqual(NAMES_AN_ORGANIZATION)
  })
})
