import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { asService, callAction, codeOf } from './support/actions.ts'
import { startTestApi, type TestApi } from './support/api.ts'
import { startBreakableProxy, type BreakableProxy } from './support/breakable-proxy.ts'
import {
  balanceOf,
  brokenInvariants,
  createOrganization,
  type TestOrganization,
} from './support/organizations.ts'
import { PASSWORD, post } from './support/people.ts'
import { serviceCalls } from './support/service-calls.ts'

let api: TestApi
let proxy: BreakableProxy
let organization: TestOrganization

beforeAll(async () => {
  const cluster = new URL(process.env['PURSER_TEST_CLUSTER_URL'] ?? '')
  proxy = await startBreakableProxy({ host: cluster.hostname, port: Number(cluster.port) })
  api = await startTestApi({
    databaseUrl: (url) => {
      const through = new URL(url)
      through.hostname = '127.0.0.1'
      through.port = String(proxy.port)
      return through.href
    },
  })
  organization = await createOrganization(api.sql)
})

afterAll(async () => {
  await api.stop()
  await proxy.close()
})

const { reserve } = serviceCalls(() => api)

test('without a database every route says so, and all work again when it is back', async () => {
  expect((await reserve(organization)).status).toBe(200)
  await proxy.breakDown()

  const refused = await reserve(organization)
  expect(refused.status).toBe(429)
  expect(refused.body.extensions).toEqual({ code: 'overloaded', retry_after_seconds: 2 })
  const check = await callAction(
    api,
    'check_ai_access',
    { capability: 'question_generation' },
    asService(organization),
  )
  expect(codeOf(check)).toBe('overloaded')
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503)
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200)
  const signIn = await post(api, '/auth/sign-in/email', { email: 'a@b.test', password: PASSWORD })
  expect(signIn.status).toBe(503)
  expect(await signIn.json()).toMatchObject({ extensions: { code: 'overloaded' } })
  const keys = await fetch(`${api.url}/auth/jwks`)
  expect(keys.status).toBe(503)
  expect(await keys.json()).toMatchObject({ extensions: { code: 'overloaded' } })

  await proxy.recover()
  await vi.waitFor(async () => expect((await fetch(`${api.url}/readyz`)).status).toBe(200), 10_000)
  expect((await reserve(organization)).status).toBe(200)
  expect(await balanceOf(api.sql, organization.id)).toMatchObject({ reserved: 6 })
  expect(await brokenInvariants(api.sql)).toEqual([])
})
