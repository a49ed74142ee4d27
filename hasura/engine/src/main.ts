import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { HasuraError } from './errors.ts'
import { MetadataDirectoryError } from './metadata/load-directory.ts'
import { DatabaseError, startEngine } from './server/start.ts'
import { readSettings, SettingsError, type Settings } from './settings.ts'

const usage = `usage: start [--database-url URL] [--port N] [--admin-secret SECRET] [--metadata DIRECTORY]

  --database-url URL     the PostgreSQL database (or HASURA_GRAPHQL_DATABASE_URL, PG_DATABASE_URL)
  --port N               port to listen on, 0 for any free one (or HASURA_GRAPHQL_SERVER_PORT; 8080)
  --admin-secret SECRET  without one everybody is an admin (or HASURA_GRAPHQL_ADMIN_SECRET)
  --metadata DIRECTORY   metadata as the Hasura CLI writes it (or HASURA_GRAPHQL_METADATA_DIR);
                         without one the engine starts empty and waits for replace_metadata
  --help                 this text

All other settings are environment variables with Hasura's names: see README.md.`

/** 2 for a wrong command line or setting, 1 for what goes wrong afterwards. */
async function main(): Promise<void> {
  const settings = readCommandLine()
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: true }))
  // A forgotten promise is a bug, but none that should end the answers to everybody else.
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection'))
  const engine = await startEngine(settings, logger)
  console.log(`listening on ${engine.url}`)
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    // A second signal means it: the first one has had its time.
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, 'stopping')
    const limit = setTimeout(() => {
      logger.error('not everything has ended within the time for it')
      process.exit(1)
    }, settings.gracefulShutdownSeconds * 1000)
    limit.unref()
    engine.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
}

function readCommandLine(): Settings {
  const { values } = parseArgs({
    options: {
      'database-url': { type: 'string' },
      port: { type: 'string' },
      'admin-secret': { type: 'string' },
      metadata: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    process.exit(0)
  }
  return readSettings(
    {
      databaseUrl: values['database-url'],
      port: values.port,
      adminSecret: values['admin-secret'],
      metadata: values.metadata,
    },
    process.env,
  )
}

main().catch((error: unknown) => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  const isUsage = typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
  if (isUsage || error instanceof SettingsError || error instanceof MetadataDirectoryError) {
    console.error((error as Error).message)
    if (isUsage) console.error(`\n${usage}`)
    process.exit(2)
  }
  const isTold = error instanceof DatabaseError || error instanceof HasuraError
  console.error(isTold ? error.message : error)
  process.exit(1)
})
