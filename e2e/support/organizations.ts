import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { stack } from './stack.ts'

export interface Account {
  name: string
  email: string
  password: string
  userId: string
}

export interface TestOrganization {
  id: string
  name: string
  owner: Account
  /** Signs up a further user and makes them a member with this role. */
  addMember(role: 'admin' | 'member', name: string): Promise<Account>
}

/** An organization of its own for one journey, so that journeys cannot disturb each other. */
export async function createOrganization(plan: 'free' | 'pro' | 'team'): Promise<TestOrganization> {
  const suffix = randomBytes(4).toString('hex')
  const owner = await signUp(`Olga ${suffix}`, `olga-${suffix}@example.test`)
  const name = `Journey ${suffix}`
  const organization = await postAuth<{ id: string }>(
    '/organization/create',
    { name, slug: `journey-${suffix}` },
    owner.token,
  )
  await withDatabase(
    (sql) =>
      sql`select private.set_organization_plan(${organization.id}, ${plan}, '{"name":"test"}'::jsonb)`,
  )
  return {
    id: organization.id,
    name,
    owner: owner.account,
    async addMember(role, memberName) {
      const email = `${memberName.toLowerCase()}-${suffix}@example.test`
      const member = await signUp(`${memberName} ${suffix}`, email)
      const invitation = await postAuth<{ id: string }>(
        '/organization/invite-member',
        { email, role, organizationId: organization.id },
        owner.token,
      )
      await postAuth(
        '/organization/accept-invitation',
        { invitationId: invitation.id },
        member.token,
      )
      return member.account
    },
  }
}

/** Spends what an organization has available but for so much, in the way its own backend would. */
export async function leaveCredits(organizationId: string, credits: number): Promise<void> {
  await withDatabase(async (sql) => {
    const [balance] = await sql<{ amount: string }[]>`
      select
        monthly_credits + bonus_credits - debt_credits - reserved_credits - ${credits}::numeric
          as amount
      from public.organization_credit_balances where organization_id = ${organizationId}`
    const amount = balance?.amount ?? '0'
    const [hold] = await sql<{ outcome: string; reservation_id: string }[]>`
      select outcome, reservation_id from private.reserve_credits(
        ${[organizationId]}::uuid[], array[null]::uuid[], array['question_generation'],
        array['fast'], ${[amount]}::numeric[], array['e2e-leave-credits'], array[null]::integer[],
        array[null]::jsonb[])`
    if (hold?.outcome !== 'reserved') throw new Error(`leaving credits: ${hold?.outcome}`)
    const [charge] = await sql<{ outcome: string }[]>`
      select outcome from private.settle_credits(
        ${[organizationId]}::uuid[], ${[hold.reservation_id]}::uuid[], ${[amount]}::numeric[],
        array[null]::text[], array[null]::bigint[], array[null]::bigint[], array[null]::bigint[],
        array[null]::bigint[], array[null]::text[], array[null]::text[], array[null]::jsonb[])`
    if (charge?.outcome !== 'settled') throw new Error(`leaving credits: ${charge?.outcome}`)
  })
}

export async function withDatabase<Result>(
  work: (sql: postgres.Sql) => Promise<Result>,
): Promise<Result> {
  const sql = postgres(stack().database_url, { max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function signUp(name: string, email: string): Promise<{ account: Account; token: string }> {
  const password = randomBytes(12).toString('base64url')
  const answer = await postAuth<{ token: string; user: { id: string } }>('/sign-up/email', {
    name,
    email,
    password,
  })
  return { account: { name, email, password, userId: answer.user.id }, token: answer.token }
}

async function postAuth<Answer>(path: string, body: object, token?: string): Promise<Answer> {
  const response = await fetch(`${stack().api_url}/auth${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Answer
}
