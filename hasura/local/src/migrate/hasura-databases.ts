import postgres from 'postgres'

const HASURA_ROLE = 'purser_hasura'

/**
 * Makes what Hasura's own role may not make itself: a database for Hasura's metadata, owned by that
 * role, and in the product's database the schema where Hasura keeps its bookkeeping
 * (https://hasura.io/docs/2.0/deployment/postgres-requirements). Doing it again changes nothing.
 */
export async function prepareForHasura(
  databaseUrl: string,
  metadataDatabase: string,
): Promise<void> {
  const connection = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    await connection`
      create schema if not exists hdb_catalog authorization ${connection(HASURA_ROLE)}`
    const [found] = await connection`
      select from pg_catalog.pg_database where datname = ${metadataDatabase}`
    if (!found) {
      await connection`
        create database ${connection(metadataDatabase)} owner ${connection(HASURA_ROLE)}`
    }
  } finally {
    await connection.end({ timeout: 5 })
  }
}
