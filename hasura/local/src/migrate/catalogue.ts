import type { Connection } from './migrator.ts'
import { ExpectedError } from '../terminal/run-main.ts'
import { readCatalogues } from './files.ts'
import type { Seed } from './files.ts'

/** The demo catalogue of that name; an ExpectedError names those that there are. */
export function findCatalogue(projectDirectory: string, name: string): Seed {
  const catalogues = readCatalogues(projectDirectory)
  const catalogue = catalogues.get(name)
  if (catalogue) return catalogue
  const names = [...catalogues.keys()].join(', ')
  throw new ExpectedError(`there is no catalogue "${name}": choose one of ${names}`)
}

/**
 * A catalogue goes before the seeds, which then add only what it left open. So it is for a database
 * without plans: over the plans of others it would change nothing, which nobody would notice.
 */
export async function refuseSecondCatalogue(connection: Connection): Promise<void> {
  const [plan] = await connection`select from public.plans limit 1`
  if (plan) {
    throw new ExpectedError(
      'the database has its plans already: a catalogue is chosen when the database is made, or with a reset',
    )
  }
}
