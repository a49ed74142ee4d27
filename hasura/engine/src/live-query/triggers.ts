import type { Sql } from 'postgres'
import { engineSchema } from '../engine-schema.ts'
import { inTransaction } from '../execute/transaction.ts'

const triggerName = 'hdb_engine_touched'
/** Every engine that listens holds this lock, shared; whoever gets it alone is the last one. */
const presenceLock = '7234918402'
/** Making a trigger waits for open writers, and others queue behind it: better to poll than to wait. */
const lockTimeoutMilliseconds = 500

/** The tables that rows of a relation come from: itself, or those of a view, through views. */
export async function baseTablesOf(sql: Sql, relation: number): Promise<number[]> {
  const rows = await sql`
    with recursive source (oid) as (
      select ${String(relation)}::text::oid
      union
      select dependency.refobjid
      from source
      join pg_catalog.pg_rewrite rule on rule.ev_class = source.oid
      join pg_catalog.pg_depend dependency on dependency.objid = rule.oid
        and dependency.classid = 'pg_catalog.pg_rewrite'::regclass
        and dependency.refclassid = 'pg_catalog.pg_class'::regclass
        and dependency.refobjid <> source.oid
    )
    select source.oid::text as oid from source
    join pg_catalog.pg_class class on class.oid = source.oid
    where class.relkind in ('r', 'p') and class.relpersistence <> 't'`
  return rows.map((row) => Number(row['oid']))
}

/** Attaches the trigger unless it is there, by this engine or another. */
export async function attachTrigger(sql: Sql, table: number): Promise<void> {
  await inTransaction(sql, async (transaction) => {
    const [found] = await transaction`
      select pg_catalog.format('%I.%I', schema.nspname, class.relname) as name,
        (select count(*)::text from pg_catalog.pg_trigger
          where tgrelid = class.oid and tgname = ${triggerName}) as attached
      from pg_catalog.pg_class class
      join pg_catalog.pg_namespace schema on schema.oid = class.relnamespace
      where class.oid = ${String(table)}::text::oid`
    if (found === undefined || found['attached'] !== '0') return
    await transaction.unsafe(`set local lock_timeout = ${lockTimeoutMilliseconds}`)
    // The name is quoted by format('%I'); everything else is fixed text.
    await transaction.unsafe(`
      create trigger ${triggerName} after insert or update or delete or truncate on ${found['name']}
      for each statement execute function ${engineSchema}.notify_touched()`)
  })
}

/** Marks this engine as a user of the triggers, as long as the one connection of `sql` lasts. */
export async function holdPresence(sql: Sql): Promise<void> {
  await sql`select pg_catalog.pg_advisory_lock_shared(${presenceLock}::text::int8)`
}

/** Removes all triggers, unless another engine still needs them. */
export async function detachTriggers(sql: Sql): Promise<void> {
  await sql`select pg_catalog.pg_advisory_unlock_all()`
  const [alone] =
    await sql`select pg_catalog.pg_try_advisory_lock(${presenceLock}::text::int8)::text as alone`
  if (alone?.['alone'] !== 'true') return
  const tables = await sql`
    select pg_catalog.format('%I.%I', schema.nspname, class.relname) as name
    from pg_catalog.pg_trigger trigger
    join pg_catalog.pg_class class on class.oid = trigger.tgrelid
    join pg_catalog.pg_namespace schema on schema.oid = class.relnamespace
    where trigger.tgname = ${triggerName}`
  for (const { name } of tables) {
    await inTransaction(sql, async (transaction) => {
      await transaction.unsafe(`set local lock_timeout = ${lockTimeoutMilliseconds}`)
      await transaction.unsafe(`drop trigger if exists ${triggerName} on ${name}`)
    })
  }
}

/** Do two clients speak to the same database of the same server? Oids mean the same only then. */
export async function isSameDatabase(one: Sql, other: Sql): Promise<boolean> {
  const [here, there] = await Promise.all([one, other].map(databaseIdentity))
  return here === there
}

async function databaseIdentity(sql: Sql): Promise<string> {
  const [row] = await sql`
    select pg_catalog.pg_postmaster_start_time()::text || ' ' || oid::text as identity
    from pg_catalog.pg_database where datname = pg_catalog.current_database()`
  return String(row?.['identity'])
}
