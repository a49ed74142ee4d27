// @vitest-environment node
import { gql } from '@urql/core'
import { buildSchema } from 'graphql'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createGraphqlClient } from '@/app/graphql/client.ts'
import { AccessTokens } from '@/features/identity/access-tokens.ts'
import { startGraphqlServer } from '../support/graphql-server.ts'
import { mintingTokens, tokenFor } from '../support/tokens.ts'
import { until } from '../support/wait.ts'

const schema = buildSchema(
  'type Query { balance: Int! other: Int! } type Subscription { balance: Int! }',
)
const BALANCE = gql<{ balance: number }>`
  query Balance {
    balance
  }
`
const OTHER = gql`
  query Other {
    other
  }
`
const LIVE_BALANCE = gql<{ balance: number }>`
  subscription LiveBalance {
    balance
  }
`
const HOUR_MILLISECONDS = 3_600_000

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options: { tokens?: AccessTokens; lifetimeMilliseconds?: number } = {}) {
  let balance = 10
  let failure: { code: string } | null = null
  const server = await startGraphqlServer(
    {
      balance: () => {
        if (failure) throw Object.assign(new Error(failure.code), { extensions: failure })
        return balance
      },
      other: () => 1,
    },
    schema,
  )
  closers.push(server.stop)
  const mints: number[] = []
  const tokens =
    options.tokens ??
    mintingTokens({
      lifetimeMilliseconds: options.lifetimeMilliseconds ?? HOUR_MILLISECONDS,
      onMint: (token, count) => {
        mints.push(count)
        server.validTokens.add(token)
      },
    })
  const socketStates: string[] = []
  const requests: string[] = []
  let interruptions = 0
  const { client, dispose } = createGraphqlClient({
    url: server.url,
    webSocketUrl: server.webSocketUrl,
    tokens,
    webSocketImplementation: WebSocket,
    reports: {
      socket: (state) => socketStates.push(state),
      subscriptionInterrupted: (change) => (interruptions += change),
      requestFailed: () => requests.push('failed'),
    },
  })
  closers.push(dispose)

  const seen: number[] = []
  const errors: string[] = []
  const follow = () => {
    const { unsubscribe } = client.subscription(LIVE_BALANCE, {}).subscribe((result) => {
      if (result.error) errors.push(result.error.message)
      else if (result.data) seen.push(result.data.balance)
    })
    closers.push(unsubscribe)
  }
  const change = (value: number) => {
    balance = value
    server.publish()
  }
  const failWith = (code: string | null) => {
    failure = code ? { code } : null
    server.publish()
  }
  return {
    server,
    client,
    tokens,
    mints,
    socketStates,
    requests,
    seen,
    errors,
    follow,
    change,
    failWith,
    interruptions: () => interruptions,
  }
}

test('parallel requests with an expired token refresh it once, and go out as POST', async () => {
  const desk = await start()
  const [first, second] = await Promise.all([
    desk.client.query(BALANCE, {}).toPromise(),
    desk.client.query(OTHER, {}).toPromise(),
  ])
  expect(first.data).toEqual({ balance: 10 })
  expect(second.data).toEqual({ other: 1 })
  expect(desk.mints).toEqual([1])
  expect(desk.server.log.filter((line) => !line.startsWith('POST'))).toEqual([])
})

test('a token that the server rejects is replaced, and the request sent again', async () => {
  const desk = await start()
  await desk.tokens.refresh()
  desk.server.validTokens.clear()
  const { data } = await desk.client.query(BALANCE, {}).toPromise()
  expect(data).toEqual({ balance: 10 })
  expect(desk.mints).toEqual([1, 2])
})

test('a subscription goes on with a new token after the server closed with 4400', async () => {
  const desk = await start()
  desk.follow()
  await until(() => desk.seen.length === 1, 'first result')
  desk.server.validTokens.clear()
  desk.server.closeSockets(4400, 'Could not verify JWT: JWTExpired')
  await until(() => desk.seen.length === 2, 'result on the new socket')
  desk.change(7)
  await until(() => desk.seen.at(-1) === 7, 'change on the new socket')
  expect(desk.errors).toEqual([])
  expect(desk.mints).toEqual([1, 2])
})

test('the socket is renewed before its token expires, which nobody notices', async () => {
  const desk = await start({ lifetimeMilliseconds: 16_000 })
  desk.follow()
  await until(() => desk.server.log.filter((line) => line.startsWith('WS')).length >= 2, 'renewal')
  await until(() => desk.seen.length >= 2, 'result on the renewed socket')
  expect(desk.socketStates).not.toContain('closed')
  expect(desk.errors).toEqual([])
})

test('a lost connection is reported and restored', async () => {
  const desk = await start()
  desk.follow()
  await until(() => desk.seen.length === 1, 'first result')
  desk.server.terminateSockets()
  await until(() => desk.socketStates.includes('closed'), 'loss is reported')
  await until(() => desk.seen.length === 2, 'result after the loss')
  expect(desk.socketStates.at(-1)).toBe('open')
})

test('a subscription outlives a database that is away (unexpected), and says so meanwhile', async () => {
  const desk = await start()
  desk.follow()
  await until(() => desk.seen.length === 1, 'first result')
  desk.failWith('unexpected')
  await until(() => desk.interruptions() === 1, 'interruption is reported')
  desk.failWith(null)
  desk.change(5)
  await until(() => desk.seen.at(-1) === 5, 'result after recovery')
  expect(desk.interruptions()).toBe(0)
  expect(desk.errors).toEqual([])
})

test('a subscription that the role may not have ends with its error (validation-failed)', async () => {
  const desk = await start()
  desk.failWith('validation-failed')
  desk.follow()
  await until(() => desk.errors.length === 1, 'error')
  expect(desk.interruptions()).toBe(0)
})

test('a part of the system that is away is reported as an outage, a refusal is not', async () => {
  const desk = await start()
  await desk.tokens.refresh()
  desk.failWith('insufficient_credits')
  await desk.client.query(BALANCE, {}).toPromise()
  expect(desk.requests).toEqual([])
  desk.failWith('postgres-error')
  await desk.client.query(BALANCE, {}, { requestPolicy: 'network-only' }).toPromise()
  expect(desk.requests).toEqual(['failed'])
})

test('while the token cannot be had, a subscription waits instead of failing', async () => {
  let isApiUp = false
  const token = tokenFor({ expiresAt: Date.now() + HOUR_MILLISECONDS })
  const desk = await start({
    tokens: new AccessTokens(() =>
      isApiUp ? Promise.resolve(token) : Promise.reject(new Error('api is down')),
    ),
  })
  desk.server.validTokens.add(token)
  desk.follow()
  await until(() => desk.socketStates.includes('closed'), 'loss is reported')
  isApiUp = true
  await until(() => desk.seen.length === 1, 'first result')
  expect(desk.errors).toEqual([])
})
