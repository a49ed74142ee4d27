import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { createTestDatabase } from '@purser/local/testing'
import { afterEach, expect, test } from 'vitest'
import { startOpenAiDouble } from '../doubles/openai/server.ts'
import { ACTION_SECRET } from './support/api.ts'
import { createOrganization } from './support/organizations.ts'
import { startApiProcess } from './support/process.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('a session goes on when the api is killed in the middle of it and started again', async () => {
  const database = await createTestDatabase({ migrated: true })
  closers.push(() => database.drop())
  const double = await startOpenAiDouble()
  closers.push(() => double.close())
  const children: ChildProcess[] = []
  closers.push(() => children.map((child) => child.kill('SIGKILL')))
  const sql = database.sql()
  const organization = await createOrganization(sql, 'free')

  async function call(url: string, name: string, input: object) {
    const response = await fetch(`${url}/actions/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-action-secret': ACTION_SECRET },
      body: JSON.stringify({
        action: { name },
        input,
        session_variables: {
          'x-hasura-role': 'owner',
          'x-hasura-org-id': organization.id,
          'x-hasura-user-id': organization.ownerId,
        },
      }),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as Record<string, unknown>
  }

  const first = await startApiProcess(database, double, children)
  const input = { idempotency_key: randomUUID() }
  const started = await call(first.url, 'start_session', { input })
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  // Meanwhile 40 seconds pass.
  await sql`
    update private.metered_sessions
    set started_at = started_at - interval '40 seconds',
      last_heartbeat_at = last_heartbeat_at - interval '40 seconds'
    where id = ${started['session_id'] as string}`
  const second = await startApiProcess(database, double, children)
  const replayed = await call(second.url, 'start_session', { input })
  expect(replayed).toMatchObject({
    session_id: started['session_id'],
    status: 'active',
    replayed: true,
  })
  const session = { session_id: started['session_id'] }
  const heartbeat = await call(second.url, 'session_heartbeat', session)
  expect(heartbeat['status']).toBe('active')
  expect(heartbeat['used_seconds']).toBeGreaterThanOrEqual(40)
  expect(await call(second.url, 'end_session', session)).toMatchObject({ end_reason: 'user_ended' })
})
