import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface DemoUser {
  email: string
  password: string
  organization_id: string
  plan: string
  role: string
}

/** What `npm start` writes to stack.json once every part answers. */
export interface Stack {
  graphql_url: string
  graphql_ws_url: string
  api_url: string
  web_url: string
  database_url: string
  admin_secret: string
  users: DemoUser[]
  model_url: string
  stripe_url: string
  process_ids: Record<string, number>
}

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..')

let loaded: Stack | undefined

/** Where the stack under test says how to reach it. */
export function stackFile(): string {
  const dataDirectory = process.env.PURSER_DATA_DIR ?? join(repository, '.local')
  return process.env.PURSER_STACK_FILE ?? join(dataDirectory, 'stack.json')
}

/** The stack under test. Throws, naming the file and the remedy, when none is running. */
export function stack(): Stack {
  if (loaded) return loaded
  const file = stackFile()
  try {
    loaded = JSON.parse(readFileSync(file, 'utf8')) as Stack
  } catch (cause) {
    throw new Error(`No running stack: ${file} cannot be read. Start one with \`npm start\`.`, {
      cause,
    })
  }
  return loaded
}
