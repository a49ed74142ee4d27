import { fileURLToPath } from 'node:url'

/** The Hasura project that this package is part of. */
export const HASURA_PROJECT_DIRECTORY = fileURLToPath(new URL('../../..', import.meta.url))
