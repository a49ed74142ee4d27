import { statSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { brokenRules, writtenFor } from '../support/books.ts'
import {
  asService,
  bearer,
  firstAnswers,
  graphql,
  postText,
  signInForToken,
} from '../support/graphql.ts'
import { createOrganization, withDatabase } from '../support/organizations.ts'
import { stack, stackFile } from '../support/stack.ts'

/*
 * What programs outside rely on, asked as one of them would: by HTTP and WebSocket, with nothing but
 * stack.json. Each test has its own organization.
 */
const RESERVE = `mutation ($input: ReserveCreditsInput!) { reserve_credits(input: $input) {
  reservation_id status amount_credits available_credits expires_at model replayed } }`
const SETTLE = `mutation ($input: SettleCreditsInput!) { settle_credits(input: $input) {
  status charged_credits released_credits shortfall_credits transaction_ids replayed } }`
const RELEASE = `mutation ($input: ReleaseCreditsInput!) { release_credits(input: $input) {
  status released_credits replayed } }`
const EXTEND = `mutation ($input: ExtendReservationInput!) { extend_reservation(input: $input) {
  status expires_at } }`
const BALANCE = '{ organization_credit_balances { organization_id available_credits } }'

// Nothing to see in the traces of requests, and recording a page of GraphiQL takes its time.
test.use({ trace: 'off' })

let keys = 0
const request = (more: object = {}) => ({
  capability: 'question_generation',
  quality_level: 'fast',
  amount_credits: 1,
  idempotency_key: `contract-${(keys += 1)}`,
  ...more,
})

const reserve = (organizationId: string, more: object = {}) =>
  graphql(asService(organizationId), RESERVE, { input: request(more) })

test('stack.json is readable by its owner only and names what programs need', () => {
  expect(statSync(stackFile()).mode & 0o777).toBe(0o600)
  expect(stack()).toMatchObject({
    graphql_url: expect.stringMatching(/^http:.*\/v1\/graphql$/),
    graphql_ws_url: expect.stringMatching(/^ws:.*\/v1\/graphql$/),
    api_url: expect.stringMatching(/^http:/),
    web_url: expect.stringMatching(/^http:/),
    database_url: expect.stringMatching(/^postgres:/),
    admin_secret: expect.stringMatching(/.{20,}/),
  })
  const people = stack().users.map(({ plan, role }) => `${plan} ${role}`)
  expect(people).toEqual(
    expect.arrayContaining(['team owner', 'team admin', 'team member', 'pro owner', 'free owner']),
  )
  expect(stack().users.some(({ role }) => role === 'platform_admin')).toBe(true)
})

test('a program signs in without Origin; the token says who it is for and lives 15 minutes', async () => {
  const roles = { owner: 'owner', admin: 'org_admin', member: 'member' } as Record<string, string>
  for (const user of stack().users.filter(({ plan }) => plan === 'team')) {
    const token = await signInForToken(user.email, user.password)
    const payload = Buffer.from(token.split('.')[1]!, 'base64url').toString()
    const claims = JSON.parse(payload) as Record<string, unknown> & { iat: number; exp: number }
    expect(claims.exp - claims.iat).toBe(900)
    expect(claims['https://hasura.io/jwt/claims']).toMatchObject({
      'x-hasura-default-role': roles[user.role],
      'x-hasura-org-id': user.organization_id,
      'x-hasura-user-id': expect.any(String),
    })
  }
})

test('an API key becomes a token of its organization, which no header can widen', async () => {
  const { id, owner } = await createOrganization('pro')
  const person = bearer(await signInForToken(owner.email, owner.password))
  const made = await graphql(
    person,
    'mutation { create_service_api_key(input: {name: "contract"}) { id key } }',
  )
  const { id: keyId, key } = made.data!['create_service_api_key'] as { id: string; key: string }
  const exchange = (secret: string) =>
    fetch(`${stack().api_url}/auth/service-token`, { method: 'POST', headers: bearer(secret) })
  const { token } = (await (await exchange(key)).json()) as { token: string }
  const own = {
    data: { organization_credit_balances: [{ organization_id: id, available_credits: 500 }] },
  }
  expect(await graphql(bearer(token), BALANCE)).toEqual(own)

  const other = stack().users[0]!.organization_id
  const named = { ...bearer(token), 'x-hasura-org-id': other }
  expect(await graphql(named, BALANCE)).toEqual(own)
  const raised = await graphql({ ...bearer(token), 'x-hasura-role': 'platform_admin' }, BALANCE)
  expect(raised.errors![0]!.extensions.code).toBe('access-denied')
  const [head, payload, signature] = token.split('.')
  const forgedPayload = Buffer.from(payload!, 'base64url').toString().replace(id, other)
  const forged = [head, Buffer.from(forgedPayload).toString('base64url'), signature].join('.')
  const refused = await graphql(bearer(forged), BALANCE)
  expect(refused.errors![0]!.extensions.code).toBe('invalid-jwt')

  await graphql(person, `mutation { revoke_service_api_key(input: {id: "${keyId}"}) { id } }`)
  expect((await exchange(key)).status).toBe(401)
})

test('what is asked for wrongly is refused by name, and nothing is written', async () => {
  const { id } = await createOrganization('pro')
  const before = await writtenFor(id)
  const invalid = (field: string, rule: string) => ({ code: 'invalid_input', field, rule })
  const refusals: [object, Record<string, unknown>][] = [
    [{ capability: 'nothing' }, invalid('capability', 'unknown')],
    [{ quality_level: 'ultra' }, invalid('quality_level', 'unknown')],
    [{ amount_credits: -1 }, invalid('amount_credits', 'not_negative')],
    [{ amount_credits: 0 }, invalid('amount_credits', 'invalid_amount')],
    [{ amount_credits: 1.005 }, invalid('amount_credits', 'at_most_two_decimals')],
    [{ amount_credits: 'NaN' }, invalid('amount_credits', 'not_a_number')],
    [{ amount_credits: 'many' }, invalid('amount_credits', 'not_a_number')],
    [{ amount_credits: 1e15 }, invalid('amount_credits', 'too_large')],
    [{ idempotency_key: ' ' }, invalid('idempotency_key', 'not_empty')],
    [{ idempotency_key: 'k'.repeat(201) }, invalid('idempotency_key', 'at_most_200_characters')],
    [{ expires_in_seconds: 3601 }, invalid('expires_in_seconds', 'at_most_3600')],
    [{ context: ['no object'] }, invalid('context', 'object')],
    [{ user_id: '00000000-0000-4000-8000-000000000000' }, invalid('user_id', 'unknown')],
    [
      { amount_credits: 500.01 },
      { code: 'insufficient_credits', required_credits: 500.01, available_credits: 500 },
    ],
    [
      { quality_level: 'premium' },
      {
        code: 'quality_level_not_allowed',
        allowed_quality_levels: ['fast', 'enhanced'],
        unlocked_by_plan: 'team',
      },
    ],
    // The schema itself says these.
    [{ idempotency_key: undefined }, { code: 'validation-failed' }],
    [{ organization_id: id }, { code: 'validation-failed' }],
  ]
  for (const [more, extensions] of refusals) {
    const answer = await reserve(id, more)
    expect(answer.errors?.[0]?.extensions, JSON.stringify(more)).toMatchObject(extensions)
  }
  // A number beyond all numbers is not the same as none.
  const body = JSON.stringify({
    query: RESERVE,
    variables: { input: request({ amount_credits: '∞' }) },
  })
  for (const text of [body.replace('"∞"', '1e999'), '{"query": "{ pla', '']) {
    expect(await postText(asService(id), text)).toMatchObject({
      errors: [{ extensions: { code: expect.stringMatching(/^(parse-failed|invalid-json)$/) } }],
    })
  }
  expect(await writtenFor(id)).toEqual(before)
})

test('a reservation is its organization’s alone, and each verb after its end has one answer', async () => {
  const [own, foreign] = [await createOrganization('pro'), await createOrganization('pro')]
  const input = request({ amount_credits: 2 })
  const as = asService(own.id)
  const made = (await graphql(as, RESERVE, { input })).data!['reserve_credits']!
  expect(made).toMatchObject({ status: 'reserved', amount_credits: 2, available_credits: 498 })
  const again = await graphql(as, RESERVE, { input: { ...input, amount_credits: '2.00' } })
  expect(again.data!['reserve_credits']).toEqual({ ...made, replayed: true })
  const changed = await graphql(as, RESERVE, { input: { ...input, amount_credits: 3 } })
  expect(changed.errors![0]!.extensions).toEqual({ code: 'idempotency_conflict' })

  const { reservation_id } = made
  const verbs = {
    settle: [SETTLE, { reservation_id, amount_credits: 1.25 }],
    release: [RELEASE, { reservation_id, reason: 'failed' }],
    extend: [EXTEND, { reservation_id, expires_in_seconds: 60 }],
  } as const
  for (const [mutation, more] of Object.values(verbs)) {
    const answer = await graphql(asService(foreign.id), mutation, { input: more })
    expect(answer.errors![0]!.extensions).toEqual({ code: 'reservation_not_found' })
  }
  const settle = (amount_credits: number) =>
    graphql(as, SETTLE, { input: { reservation_id, amount_credits } })
  const settled = (await settle(1.25)).data!['settle_credits']!
  expect(settled).toMatchObject({
    status: 'settled',
    charged_credits: 1.25,
    released_credits: 0.75,
  })
  expect((await settle(1.25)).data!['settle_credits']).toEqual({ ...settled, replayed: true })
  expect((await settle(1)).errors![0]!.extensions.code).toBe('idempotency_conflict')
  for (const [mutation, more] of [verbs.release, verbs.extend]) {
    const answer = await graphql(as, mutation, { input: more })
    expect(answer.errors![0]!.extensions).toEqual({
      code: 'reservation_not_open',
      status: 'settled',
    })
  }
  expect(await brokenRules(own.id)).toEqual([])
})

test('64 requests for 40 credits: 40 are held, told live, and settled or expired once', async ({
  page,
}) => {
  const { id } = await createOrganization('team')
  await reserve(id, { amount_credits: 1960 })
  const answers = await Promise.all(Array.from({ length: 64 }, () => reserve(id)))
  const held = answers.flatMap(({ data }) => data?.['reserve_credits'] ?? [])
  const refused = answers.flatMap(({ errors }) => errors?.[0]?.extensions.code ?? [])
  expect(held).toHaveLength(40)
  expect(refused).toEqual(Array<string>(24).fill('insufficient_credits'))

  const [balance, ledger] = await firstAnswers(page, asService(id), [
    `subscription { organization_credit_balances {
      organization_id available_credits posted_credits reserved_credits used_this_period } }`,
    `subscription { credit_transactions_stream(
      batch_size: 10, cursor: {initial_value: {sequence: 0}}) { organization_id } }`,
  ])
  expect(balance!.data!['organization_credit_balances']).toEqual([
    {
      organization_id: id,
      available_credits: 0,
      posted_credits: 2000,
      reserved_credits: 2000,
      used_this_period: 0,
    },
  ])
  const streamed = ledger!.data!['credit_transactions_stream'] as unknown as {
    organization_id: string
  }[]
  expect(new Set(streamed.map(({ organization_id }) => organization_id))).toEqual(new Set([id]))

  const ids = held.map((hold) => (hold as { reservation_id: string }).reservation_id)
  const outcomes = await withDatabase(async (sql) => {
    await sql`update private.credit_holds set expires_at = created_at where id = any (${ids}::uuid[])`
    await sql`update public.organization_credit_balances set next_hold_expires_at = '-infinity'
      where organization_id = ${id}`
    const settling = ids.map((reservation_id) =>
      graphql(asService(id), SETTLE, { input: { reservation_id, amount_credits: 1 } }),
    )
    await sql`select * from private.expire_reservations(1000)`
    return Promise.all(settling)
  })
  const settled = outcomes.filter(({ data }) => data).length
  for (const { errors } of outcomes) {
    if (errors)
      expect(errors[0]!.extensions).toEqual({ code: 'reservation_not_open', status: 'expired' })
  }
  const after = await graphql(
    asService(id),
    '{ organization_credit_balances { available_credits posted_credits } }',
  )
  expect(after.data!['organization_credit_balances']).toEqual([
    { available_credits: 40 - settled, posted_credits: 2000 - settled },
  ])
  expect(await brokenRules(id)).toEqual([])
})

test('REST endpoints and batches answer; a visitor sees the catalogue only', async () => {
  const { id } = await createOrganization('free')
  const rest = async (path: string, init: RequestInit = {}) => {
    const url = stack().graphql_url.replace('/v1/graphql', `/api/rest/${path}`)
    const response = await fetch(url, { headers: asService(id), ...init })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  expect((await rest('balance')).body).toMatchObject({
    organization_credit_balances: [{ organization_id: id, available_credits: 10 }],
  })
  expect((await rest('transactions?limit=1')).body).toMatchObject({
    credit_transactions: [{ type: 'plan_allocation', amount_credits: 10 }],
  })
  expect((await rest('access-check?capability=testimonial_polish')).body).toMatchObject({
    check_ai_access: { allowed: false, reason: 'capability_not_in_plan', unlocked_by_plan: 'pro' },
  })
  expect(await rest('access-check?capability=nothing')).toMatchObject({
    status: 400,
    body: { code: 'invalid_input' },
  })
  expect((await rest('balance', { method: 'POST' })).status).toBe(405)
  expect((await rest('balance', { headers: {} })).status).toBe(400)

  const visitor = await postText(
    {},
    JSON.stringify([{ query: '{ plans(order_by: { rank: asc }) { id } }' }, { query: BALANCE }]),
  )
  expect(visitor).toMatchObject([
    { data: { plans: [{ id: 'free' }, { id: 'pro' }, { id: 'team' }] } },
    { errors: [{ extensions: { code: 'validation-failed' } }] },
  ])
})

test('the GraphiQL page asks no other host', async ({ page }) => {
  const hosts = new Set<string>()
  page.on('request', (asked) => {
    const { protocol, host } = new URL(asked.url())
    if (/^(http|ws)/.test(protocol)) hosts.add(host)
  })
  await page.goto(stack().graphql_url)
  await expect(page.getByRole('button', { name: /execute|run/i }).first()).toBeVisible()
  expect([...hosts]).toEqual([new URL(stack().graphql_url).host])
})
