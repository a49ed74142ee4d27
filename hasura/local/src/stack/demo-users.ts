import { join } from 'node:path'
import postgres from 'postgres'
import { REPOSITORY_DIRECTORY, typescriptProgram } from '../processes/node-program.ts'
import { runOnce } from '../processes/run-once.ts'
import type { DemoUser } from './stack-file.ts'

export interface SeedDemoOptions {
  environment: NodeJS.ProcessEnv
  demoPassword: string
  databaseUrl: string
  logFile: string
  signal: AbortSignal
}

/** Has the api make its demo users and organizations where they are missing; returns the users. */
export async function seedDemoUsers(options: SeedDemoOptions): Promise<DemoUser[]> {
  const api = join(REPOSITORY_DIRECTORY, 'api')
  await runOnce({
    name: 'the seeding of demo users',
    nodeArguments: typescriptProgram(join(api, 'src/seed-demo.ts')),
    directory: api,
    environment: { ...options.environment, PURSER_DEMO_PASSWORD: options.demoPassword },
    logFile: options.logFile,
    signal: options.signal,
  })
  const client = postgres(options.databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    const users = await client<Omit<DemoUser, 'password'>[]>`
      select users.email, members.organization_id, org_plans.plan_id as plan,
        case when users.platform_admin then 'platform_admin' else members.role end as role
      from auth.users
      join auth.members on members.user_id = users.id
      join public.org_plans on org_plans.organization_id = members.organization_id
      where users.email like '%.purser.test'
      order by users.platform_admin, org_plans.plan_id desc,
        array_position(array['owner', 'admin', 'member'], members.role)`
    return users.map((user) => ({ ...user, password: options.demoPassword }))
  } finally {
    await client.end({ timeout: 5 })
  }
}
