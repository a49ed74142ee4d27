import { createSecretKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { organizations, questions, type Question } from './dataset.ts'
import { load, postRequest, type LoadResult } from './load.ts'
import { median, rounded } from './statistics.ts'

export type Peers = { engine: number; postgraphile: number; yoga: number }
type PeerName = keyof Peers
const peerNames: PeerName[] = ['engine', 'postgraphile', 'yoga']
const connectionCounts = [1, 32, 128]

export type QueryRow = {
  question: string
  connections: number
  medians: Record<PeerName, { requestsPerSecond: number; p99Milliseconds: number }>
  /** The engine's requests a second over the other's, the median of the rounds' own ratios. */
  ratios: { postgraphile: number; yoga: number }
}

/**
 * Rounds of all servers, one after the other, so that what disturbs the machine disturbs all. A
 * ratio is taken within a round, then the median of the rounds.
 */
export async function measureQueries(
  ports: Peers,
  jwtKey: string,
  rounds: number,
  milliseconds: number,
): Promise<QueryRow[]> {
  const tokens = await memberTokens(jwtKey)
  const rows: QueryRow[] = []
  for (const question of questions) {
    for (const connections of connectionCounts) {
      const results: Record<PeerName, LoadResult[]> = { engine: [], postgraphile: [], yoga: [] }
      for (let round = 0; round <= rounds; round += 1) {
        for (const name of rotated(peerNames, round)) {
          const result = await load({
            port: ports[name],
            connections,
            milliseconds: round === 0 ? milliseconds / 2 : milliseconds,
            request: (connection) => requestOf(name, question, connection, tokens),
            check: (body, connection) => checkBody(name, question, body, connection),
          })
          // The first round warms caches and compilers.
          if (round > 0) results[name].push(result)
        }
      }
      rows.push(summary(question, connections, results))
    }
  }
  return rows
}

const organizationOf = (connection: number) => 1 + (connection % organizations)

async function memberTokens(jwtKey: string): Promise<string[]> {
  const key = createSecretKey(Buffer.from(jwtKey))
  return Promise.all(
    Array.from({ length: organizations + 1 }, (_, organization) =>
      new SignJWT({
        'https://hasura.io/jwt/claims': {
          'x-hasura-allowed-roles': ['member'],
          'x-hasura-default-role': 'member',
          'x-hasura-org-id': String(organization),
        },
      })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(key),
    ),
  )
}

/** The engine gets a JWT, which it verifies; the others trust a header, which costs them less. */
function requestOf(
  name: PeerName,
  question: Question,
  connection: number,
  tokens: readonly string[],
): Buffer {
  const organization = organizationOf(connection)
  const body = JSON.stringify({ query: question[name](organization) })
  if (name === 'engine') {
    const authorization = `Bearer ${tokens[organization] ?? ''}`
    return postRequest('/v1/graphql', { authorization }, body)
  }
  return postRequest('/graphql', { 'x-organization-id': String(organization) }, body)
}

function checkBody(name: PeerName, question: Question, body: string, connection: number): void {
  const missing = question
    .expected(organizationOf(connection))
    .filter((expected) => !body.includes(expected))
  if (missing.length === 0 && !body.includes('"errors"')) return
  throw new Error(`${name}, ${question.name}: no ${missing.join(', ')} in ${body.slice(0, 400)}`)
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

function summary(
  question: Question,
  connections: number,
  results: Record<PeerName, LoadResult[]>,
): QueryRow {
  const medians = (name: PeerName) => ({
    requestsPerSecond: rounded(median(results[name].map((one) => one.requestsPerSecond)), 0),
    p99Milliseconds: rounded(median(results[name].map((one) => one.p99Milliseconds)), 2),
  })
  const ratio = (name: PeerName) =>
    rounded(
      median(
        results.engine.map(
          (one, round) =>
            one.requestsPerSecond / (results[name][round]?.requestsPerSecond ?? Number.NaN),
        ),
      ),
      2,
    )
  return {
    question: question.name,
    connections,
    medians: {
      engine: medians('engine'),
      postgraphile: medians('postgraphile'),
      yoga: medians('yoga'),
    },
    ratios: { postgraphile: ratio('postgraphile'), yoga: ratio('yoga') },
  }
}
