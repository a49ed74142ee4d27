import { resolve } from 'node:path'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'
import { ExpectedError } from '../terminal/run-main.ts'

export const LISTENING_PARTS = ['web', 'api', 'hasura', 'postgres', 'model', 'stripe'] as const
export type ListeningPart = (typeof LISTENING_PARTS)[number]

export interface PortSetting {
  variable: string
  /** undefined: not set by hand. 0: any free one. */
  wanted: number | undefined
  preferred: number
}

export interface StackSettings {
  dataDirectory: string
  ports: Record<ListeningPart, PortSetting>
  demoPassword: string
}

const PORT_VARIABLES: Record<ListeningPart, { variable: string; preferred: number }> = {
  web: { variable: 'PURSER_WEB_PORT', preferred: 5173 },
  api: { variable: 'PURSER_API_PORT', preferred: 3000 },
  hasura: { variable: 'PURSER_HASURA_PORT', preferred: 8080 },
  postgres: { variable: 'PURSER_POSTGRES_PORT', preferred: 5433 },
  model: { variable: 'PURSER_MODEL_DOUBLE_PORT', preferred: 4010 },
  stripe: { variable: 'PURSER_STRIPE_DOUBLE_PORT', preferred: 4020 },
}

export function readStackSettings(environment: NodeJS.ProcessEnv): StackSettings {
  const port = (part: ListeningPart): PortSetting => {
    const { variable, preferred } = PORT_VARIABLES[part]
    return { variable, preferred, wanted: portFrom(variable, environment[variable]) }
  }
  return {
    // Relative to the repository, not to the folder that a package script runs in.
    dataDirectory: resolve(REPOSITORY_DIRECTORY, environment['PURSER_DATA_DIR'] || '.local'),
    ports: {
      web: port('web'),
      api: port('api'),
      hasura: port('hasura'),
      postgres: port('postgres'),
      model: port('model'),
      stripe: port('stripe'),
    },
    demoPassword: environment['PURSER_DEMO_PASSWORD'] || 'purser-demo-password',
  }
}

function portFrom(variable: string, text: string | undefined): number | undefined {
  if (!text) return undefined
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new ExpectedError(`${variable}=${text} is not a port: give a number from 0 to 65535`)
  }
  return Number(text)
}
