import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { REPOSITORY_DIRECTORY } from '../../src/processes/node-program.ts'

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
})
const composeSchema = z.object({ services: z.record(z.string(), serviceSchema) })

const path = (name: string) => join(REPOSITORY_DIRECTORY, name)
const text = (name: string) => readFileSync(path(name), 'utf8')

const composeText = text('docker-compose.yml')
const { services } = composeSchema.parse(parse(composeText, { merge: true }))
const service = (name: string) => services[name] ?? expect.fail(`no service ${name}`)

/** `${NAME…}` as compose fills them in. */
function interpolated(source: string): string[] {
  return [...source.matchAll(/\$\{(\w+)/g)].map((match) => match[1] ?? '')
}

const explained = [...text('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
  ([, name = '', value = '']) => ({ name, value }),
)

describe('docker-compose.yml', () => {
  test('every variable is explained in .env.example, and none there is for nothing', () => {
    const used = new Set(interpolated(composeText))
    expect(explained.map(({ name }) => name).toSorted()).toEqual([...used].toSorted())
  })

  test('secrets have no default: without them nothing starts', () => {
    const secrets = [
      'POSTGRES_PASSWORD',
      'API_DATABASE_PASSWORD',
      'HASURA_DATABASE_PASSWORD',
      'BETTER_AUTH_SECRET',
      'ACTION_SECRET',
      'CRON_SECRET',
      'HASURA_GRAPHQL_ADMIN_SECRET',
    ]
    for (const secret of secrets) {
      const uses = [...composeText.matchAll(new RegExp(`\\$\\{${secret}[^}]*\\}`, 'g'))]
      expect(uses.length, secret).toBeGreaterThan(0)
      expect(uses.map(([use]) => use)).toEqual(uses.map(() => `\${${secret}:?}`))
      expect(explained.find(({ name }) => name === secret)?.value, secret).toBe('')
    }
  })

  test('defaults are those of .env.example', () => {
    const defaults = [...composeText.matchAll(/\$\{(\w+):-([^}]*)\}/g)]
    for (const [, name, value] of defaults) {
      expect(explained, name).toContainEqual({ name, value })
    }
  })

  test('starts in order: postgres, migrate, api, hasura, web', () => {
    const waits = (name: string) => service(name).depends_on ?? {}
    expect(waits('migrate')).toMatchObject({ postgres: { condition: 'service_healthy' } })
    expect(waits('api')).toMatchObject({ migrate: { condition: 'service_completed_successfully' } })
    expect(waits('hasura')).toMatchObject({ api: { condition: 'service_healthy' } })
    expect(waits('web')).toMatchObject({ hasura: { condition: 'service_healthy' } })
    for (const name of ['postgres', 'api', 'hasura', 'web']) {
      expect(service(name).healthcheck, name).toBeDefined()
    }
  })

  test('every mounted file and every Dockerfile is there', () => {
    const mounted = Object.values(services)
      .flatMap((each) => each.volumes ?? [])
      .filter((volume) => volume.startsWith('.'))
      .map((volume) => volume.split(':')[0] ?? '')
    const dockerfiles = Object.values(services).flatMap((each) => each.build?.dockerfile ?? [])
    expect(dockerfiles).toHaveLength(3)
    for (const file of [...mounted, ...dockerfiles]) expect(existsSync(path(file)), file).toBe(true)
  })

  test('ports are open to this machine only', () => {
    for (const port of Object.values(services).flatMap((each) => each.ports ?? [])) {
      expect(port).toMatch(/^127\.0\.0\.1:/)
    }
  })
})

describe('the hasura service', () => {
  const { environment, image, volumes } = service('hasura')

  test('is given every variable that the metadata reads', () => {
    const files = readdirSync(path('hasura/metadata'), { recursive: true, encoding: 'utf8' })
    const metadata = files
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => text(join('hasura/metadata', file)))
      .join('\n')
    const names = [
      ...metadata.matchAll(/(?:value_from_env|from_env):\s*'?(\w+)/g),
      ...metadata.matchAll(/\{\{(\w+)\}\}/g),
    ].map((match) => match[1])
    expect(names).toContain('ACTION_BASE_URL')
    for (const name of new Set(names)) expect(Object.keys(environment)).toContain(name)
  })

  test('is a pinned version without known holes, and mounts metadata only', () => {
    const [, major, minor] = /:v(\d+)\.(\d+)\.\d+\.cli-migrations-v3$/.exec(image ?? '') ?? []
    expect([Number(major), Number(minor)]).toEqual([2, expect.toSatisfy((n: number) => n >= 50)])
    expect(volumes).toEqual(['./hasura/metadata:/hasura-metadata:ro'])
  })

  test('signs in with a role and a metadata database of its own', () => {
    const source = new URL(String(environment['PG_DATABASE_URL']).replaceAll(/\$\{.*?\}/g, 'x'))
    const metadata = new URL(
      String(environment['HASURA_GRAPHQL_METADATA_DATABASE_URL']).replaceAll(/\$\{.*?\}/g, 'x'),
    )
    expect([source.username, metadata.username]).toEqual(['purser_hasura', 'purser_hasura'])
    expect(metadata.pathname).not.toBe(source.pathname)
    expect(metadata.pathname.slice(1)).toBe(
      service('migrate').environment['HASURA_METADATA_DATABASE'],
    )
  })

  test('verifies the tokens that the api issues', () => {
    const filled = String(environment['HASURA_GRAPHQL_JWT_SECRET']).replaceAll(/\$\{.*?\}/g, 'url')
    expect(JSON.parse(filled)).toMatchObject({
      jwk_url: 'http://api:3000/auth/.well-known/jwks.json',
      audience: 'hasura',
      claims_namespace: 'https://hasura.io/jwt/claims',
    })
    const issuer = String(service('api').environment['PURSER_API_PUBLIC_URL'])
    expect(environment['HASURA_GRAPHQL_JWT_SECRET']).toContain(`"issuer": "${issuer}"`)
  })

  test('never lets a client replace the secret header of an action', () => {
    expect(environment['HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE']).toBe('true')
    expect(environment['HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS']).toBe('false')
    expect(environment['HASURA_GRAPHQL_UNAUTHORIZED_ROLE']).toBe('anonymous')
  })
})

describe.each(['api/Dockerfile', 'web/Dockerfile', 'hasura/local/Dockerfile'])('%s', (file) => {
  const instructions = text(file)
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))

  test('copies only what is there, and every manifest that the lockfile covers', () => {
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
    for (const source of copied) expect(existsSync(path(source)), source).toBe(true)
    const workspace = z
      .object({ packages: z.array(z.string()) })
      .parse(parse(text('pnpm-workspace.yaml')))
    for (const folder of workspace.packages) expect(copied).toContain(`${folder}/package.json`)
  })

  test('installs with the pinned pnpm, exactly what the lockfile says', () => {
    const manifest = z
      .object({ packageManager: z.string() })
      .parse(JSON.parse(text('package.json')))
    const installs = instructions.filter((line) => line.includes(' install '))
    expect(installs.length).toBeGreaterThan(0)
    for (const line of installs) {
      expect(line).toContain(`npx --yes ${manifest.packageManager} install --frozen-lockfile`)
    }
  })

  test('runs as a plain user, a program that is there', () => {
    expect(instructions.findLast((line) => line.startsWith('USER '))).toBe('USER node')
    const folder = instructions.findLast((line) => line.startsWith('WORKDIR '))?.split(' ')[1] ?? ''
    const start = instructions.findLast((line) => /^(ENTRYPOINT|CMD) \["node"/.test(line)) ?? ''
    const program = /"([^"]+\.ts)"/.exec(start)?.[1] ?? ''
    expect(existsSync(join(path(folder.replace('/purser', '.')), program)), start).toBe(true)
  })
})
