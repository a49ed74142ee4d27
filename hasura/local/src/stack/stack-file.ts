import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Urls } from './parts.ts'

export interface DemoUser {
  email: string
  password: string
  organization_id: string
  plan: string
  role: string
}

/** What programs outside read to find the running stack: names and shape are a public contract. */
interface StackDescription {
  graphql_url: string
  graphql_ws_url: string
  api_url: string
  web_url: string
  database_url: string
  admin_secret: string
  users: DemoUser[]
  /** Base URL of the double that stands in for model providers. */
  model_url: string
  /** Base URL of the double that stands in for Stripe; null where the real Stripe is used. */
  stripe_url: string | null
  /** Of the runner and of each part when the stack had started, for tests that end one. */
  process_ids: Record<string, number>
}

export interface StackFileInput {
  dataDirectory: string
  urls: Urls
  databaseUrl: string
  adminSecret: string
  users: DemoUser[]
  processIds: Record<string, number>
}

/** Writes stack.json for its owner only, whole or not at all. */
export function writeStackFile(input: StackFileInput): string {
  const description: StackDescription = {
    graphql_url: `${input.urls.hasura}/v1/graphql`,
    graphql_ws_url: `${input.urls.hasura.replace(/^http/, 'ws')}/v1/graphql`,
    api_url: input.urls.api,
    web_url: input.urls.web,
    database_url: input.databaseUrl,
    admin_secret: input.adminSecret,
    users: input.users,
    model_url: input.urls.model,
    stripe_url: input.urls.stripe,
    process_ids: input.processIds,
  }
  const file = stackFile(input.dataDirectory)
  // Without a fresh file the mode of an old one would be kept.
  rmSync(`${file}.new`, { force: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return file
}

export function removeStackFile(dataDirectory: string): void {
  rmSync(stackFile(dataDirectory), { force: true })
}

function stackFile(dataDirectory: string): string {
  return join(dataDirectory, 'stack.json')
}
