import type { Sql } from 'postgres'
import { inTransaction } from './execute/transaction.ts'

/**
 * The engine's own schema. It is made on first use and only by the features that need it
 * (asynchronous actions, cron triggers, live queries), so that a plain engine works on a database
 * in which it may not create anything.
 */
export const engineSchema = 'hdb_engine'

/** Serialises `create … if not exists`, which otherwise can collide between two engines. */
const schemaLock = '7234918401'

const tables = `
create schema if not exists ${engineSchema};
create table if not exists ${engineSchema}.action_log (
  id uuid primary key default gen_random_uuid(),
  action_name text not null,
  input_payload jsonb not null,
  request_headers jsonb not null,
  session_variables jsonb not null,
  request_query text,
  response_payload jsonb,
  errors jsonb,
  status text not null default 'created'
    check (status in ('created', 'processing', 'completed', 'error')),
  lease_until timestamptz,
  created_at timestamptz not null default now()
);
create index if not exists action_log_open_idx on ${engineSchema}.action_log (created_at)
  where status in ('created', 'processing');
create table if not exists ${engineSchema}.cron_events (
  id uuid primary key default gen_random_uuid(),
  trigger_name text not null,
  scheduled_time timestamptz not null,
  status text not null default 'scheduled'
    check (status in ('scheduled', 'delivered', 'error', 'dead')),
  tries integer not null default 0,
  next_try_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (trigger_name, scheduled_time)
);
create index if not exists cron_events_open_idx on ${engineSchema}.cron_events (next_try_at)
  where status = 'scheduled';
create or replace function ${engineSchema}.notify_touched() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify('${engineSchema}_touched', tg_relid::text);
  return null;
end $$;
`

const ready = new WeakMap<Sql, Promise<void>>()

/** Creates what is missing, once a pool. Rejects where the role may not; the next call tries again. */
export function ensureEngineSchema(sql: Sql): Promise<void> {
  const known = ready.get(sql)
  if (known !== undefined) return known
  const creating = create(sql)
  ready.set(sql, creating)
  creating.catch(() => ready.delete(sql))
  return creating
}

async function create(sql: Sql): Promise<void> {
  const [found] = await sql`
    select count(*)::text as found from pg_catalog.pg_proc
    where proname = 'notify_touched' and pronamespace = to_regnamespace(${engineSchema})`
  if (found?.['found'] === '1') return
  await inTransaction(sql, async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${schemaLock}::text::int8)`
    await transaction.unsafe(tables)
  })
}
