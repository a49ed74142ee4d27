import { parseArgs } from 'node:util'
import { readMigrations, readSeeds } from './files.ts'
import { applySeeds, migrateDown, migrationStatus, withMigrationLock } from './migrator.ts'
import { ExpectedError, runMain } from '../terminal/run-main.ts'
import { prepareForHasura } from './hasura-databases.ts'
import { prepareDatabase } from './prepare-database.ts'
import { HASURA_PROJECT_DIRECTORY } from './project.ts'
import { rolePasswordsFrom } from './role-passwords.ts'

const HELP = `Usage: migrate [command] [options]

Applies hasura/migrations/default and hasura/seeds/default to a PostgreSQL database.

Commands
  up          apply what is pending, set the roles' passwords, apply the seeds (the default)
  down [n]    undo the latest migration, or the latest n
  status      list the migrations: applied, pending, edited (after it was applied), missing
  seed        apply the seeds only
  reset       drop everything in the database, then up; needs --yes

Options
  --database-url URL  of a superuser; else the environment variable DATABASE_URL
  --project DIR       the Hasura project; else the one this program is part of
  --catalogue NAME    up, reset: example plans for a new database, one of hasura/seeds/catalogues:
                      testimonials, voice, letters, platform; else all of them at once
  --yes               really drop
  --help

Environment
  DATABASE_URL
  API_DATABASE_PASSWORD, HASURA_DATABASE_PASSWORD   of the roles purser_api and purser_hasura
  HASURA_METADATA_DATABASE                          a database to make for Hasura's metadata
`

interface Request {
  command: 'up' | 'down' | 'status' | 'seed' | 'reset'
  count: number
  databaseUrl: string
  projectDirectory: string
  catalogue: string | undefined
}

function parseRequest(commandLine: string[]): Request | 'help' {
  const { values, positionals } = parseArgs({
    args: commandLine,
    allowPositionals: true,
    options: {
      'database-url': { type: 'string' },
      project: { type: 'string' },
      catalogue: { type: 'string' },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const [command = 'up', count = '1', ...rest] = positionals
  if (!isCommand(command)) throw new ExpectedError(`there is no command "${command}"`)
  const isCounted = command === 'down'
  if (rest.length > 0 || (!isCounted && positionals.length > 1)) {
    throw new ExpectedError('too many arguments')
  }
  if (!/^[1-9]\d{0,5}$/.test(count)) throw new ExpectedError('down takes a number from 1')
  if (command === 'reset' && !values.yes) {
    throw new ExpectedError('reset deletes every row of the database: add --yes')
  }
  const { catalogue } = values
  if (catalogue !== undefined && command !== 'up' && command !== 'reset') {
    throw new ExpectedError(`--catalogue is for up and reset, not for ${command}`)
  }
  const databaseUrl = values['database-url'] ?? process.env['DATABASE_URL']
  if (!databaseUrl) throw new ExpectedError('set DATABASE_URL or give --database-url')
  const projectDirectory = values.project ?? HASURA_PROJECT_DIRECTORY
  return { command, count: Number(count), databaseUrl, projectDirectory, catalogue }
}

function isCommand(word: string): word is Request['command'] {
  return ['up', 'down', 'status', 'seed', 'reset'].includes(word)
}

async function run(request: Request): Promise<void> {
  const { command, databaseUrl, projectDirectory, catalogue } = request
  switch (command) {
    case 'up':
    case 'reset': {
      const passwords = rolePasswordsFrom(process.env)
      const reset = command === 'reset'
      await prepareDatabase({
        databaseUrl,
        projectDirectory,
        passwords,
        reset,
        catalogue,
        report: say,
      })
      const metadataDatabase = process.env['HASURA_METADATA_DATABASE']
      if (metadataDatabase) await prepareForHasura(databaseUrl, metadataDatabase)
      return
    }
    case 'down':
      return withMigrationLock(databaseUrl, async (connection) => {
        const migrations = readMigrations(projectDirectory)
        const undone = await migrateDown(connection, migrations, request.count, say)
        if (undone === 0) say('nothing to undo')
      })
    case 'seed':
      return withMigrationLock(databaseUrl, (connection) =>
        applySeeds(connection, readSeeds(projectDirectory), say),
      )
    case 'status':
      return withMigrationLock(databaseUrl, async (connection) => {
        for (const row of await migrationStatus(connection, readMigrations(projectDirectory))) {
          const time = row.applied_at?.toISOString() ?? '-'.padEnd(24)
          say(`${row.state.padEnd(8)}  ${time}  ${row.version}_${row.name}`)
        }
      })
    default:
      command satisfies never
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await runMain(async () => {
  const request = parseRequest(process.argv.slice(2))
  if (request === 'help') process.stdout.write(HELP)
  else await run(request)
})
