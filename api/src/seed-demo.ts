import { createAuth, type Auth } from './auth/auth.ts'
import { readConfig } from './config.ts'
import { connect, type Database } from './db/client.ts'
import {
  findUserId,
  firstMembership,
  makePlatformAdmin,
  renameOrganization,
  setPlan,
} from './db/demo.ts'
import { createLogger } from './observability.ts'

/** Makes the demo people where they are missing; running it again changes nothing. */
interface DemoOrganization {
  name: string
  plan: string
  owner: { name: string; email: string; platformAdmin?: true }
  invited: { name: string; email: string; role: 'admin' | 'member' }[]
}

const organizations: DemoOrganization[] = [
  {
    name: 'Team Demo',
    plan: 'team',
    owner: { name: 'Tamara Owner', email: 'owner@team.purser.test' },
    invited: [
      { name: 'Tariq Admin', email: 'admin@team.purser.test', role: 'admin' },
      { name: 'Tess Member', email: 'member@team.purser.test', role: 'member' },
    ],
  },
  {
    name: 'Pro Demo',
    plan: 'pro',
    owner: { name: 'Priya Owner', email: 'owner@pro.purser.test' },
    invited: [],
  },
  {
    name: 'Free Demo',
    plan: 'free',
    owner: { name: 'Femi Owner', email: 'owner@free.purser.test' },
    invited: [],
  },
  {
    name: 'Platform',
    plan: 'free',
    owner: { name: 'Pat Platform', email: 'admin@platform.purser.test', platformAdmin: true },
    invited: [],
  },
]

interface Seeder {
  auth: Auth
  sql: Database
  password: string
}

/** The user's id; signs them up when missing, and renews the password when it is another one. */
async function ensureUser({ auth, sql, password }: Seeder, name: string, email: string) {
  const known = await findUserId(sql, email)
  if (known === null) {
    const { user } = await auth.api.signUpEmail({ body: { name, email, password } })
    return user.id
  }
  const context = await auth.$context
  const accounts = await context.internalAdapter.findAccounts(known)
  const hash = accounts.find((account) => account.providerId === 'credential')?.password ?? ''
  if (!(await context.password.verify({ hash, password }))) {
    await context.internalAdapter.updatePassword(known, await context.password.hash(password))
  }
  return known
}

async function signedIn({ auth, password }: Seeder, email: string): Promise<Headers> {
  const { token } = await auth.api.signInEmail({ body: { email, password } })
  return new Headers({ authorization: `Bearer ${token}` })
}

/** Invites first and signs up then, so that the newcomer joins instead of getting an organization. */
async function ensureInvited(
  seeder: Seeder,
  organization: { id: string; ownerEmail: string },
  person: DemoOrganization['invited'][number],
): Promise<void> {
  const { auth, sql } = seeder
  if ((await findUserId(sql, person.email)) !== null) {
    await ensureUser(seeder, person.name, person.email)
    return
  }
  const invitation = await auth.api.createInvitation({
    body: { email: person.email, role: person.role, organizationId: organization.id },
    headers: await signedIn(seeder, organization.ownerEmail),
  })
  await ensureUser(seeder, person.name, person.email)
  await auth.api.acceptInvitation({
    body: { invitationId: invitation.id },
    headers: await signedIn(seeder, person.email),
  })
}

async function ensureOrganization(seeder: Seeder, demo: DemoOrganization) {
  const { sql, password } = seeder
  const { owner, invited } = demo
  const ownerId = await ensureUser(seeder, owner.name, owner.email)
  if (owner.platformAdmin) await makePlatformAdmin(sql, ownerId)
  const { organizationId } = await firstMembership(sql, ownerId)
  await renameOrganization(sql, organizationId, demo.name)
  await setPlan(sql, organizationId, demo.plan)
  const organization = { id: organizationId, ownerEmail: owner.email }
  for (const person of invited) await ensureInvited(seeder, organization, person)

  const user = (email: string, role: string) => ({
    email,
    password,
    organization_id: organizationId,
    plan: demo.plan,
    role,
  })
  return [
    user(owner.email, owner.platformAdmin ? 'platform_admin' : 'owner'),
    ...invited.map((person) => user(person.email, person.role)),
  ]
}

const config = readConfig(process.env)
const sql = connect(config.databaseUrl)
try {
  const seeder = {
    // The log goes to stderr: the last line of stdout is the answer.
    auth: createAuth({ sql, config, log: createLogger('warn', process.stderr) }),
    sql,
    password: process.env['PURSER_DEMO_PASSWORD'] || 'purser-demo-password',
  }
  const users = await Promise.all(organizations.map((demo) => ensureOrganization(seeder, demo)))
  console.log(JSON.stringify(users.flat()))
} finally {
  await sql.end({ timeout: 5 })
}
