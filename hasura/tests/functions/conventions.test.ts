import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

interface SqlFunction {
  name: string
  source: string
  language: string
  is_definer: boolean
  settings: string[] | null
  comment: string | null
  is_public: boolean
  arguments: string[] | null
}

async function functions(): Promise<SqlFunction[]> {
  return desk.admin<SqlFunction[]>`
    select
      routine.oid::regprocedure::text as name, routine.prosrc as source,
      language.lanname as language, routine.prosecdef as is_definer,
      routine.proconfig as settings,
      obj_description(routine.oid, 'pg_proc') as comment,
      has_function_privilege('public', routine.oid, 'execute') as is_public,
      routine.proargnames as arguments
    from pg_proc as routine
    join pg_namespace as namespace on namespace.oid = routine.pronamespace
    join pg_language as language on language.oid = routine.prolang
    where namespace.nspname in ('public', 'private', 'auth')
    order by 1`
}

const names = (list: SqlFunction[]): string[] => list.map(({ name }) => name)

describe('every function', () => {
  test('has a comment and no EXECUTE for PUBLIC', async () => {
    const all = await functions()
    expect(all.length).toBeGreaterThan(40)
    expect(names(all.filter(({ comment }) => !comment))).toEqual([])
    expect(names(all.filter(({ is_public: isPublic }) => isPublic))).toEqual([])
  })

  test('pins its search path when it runs as its owner or is plpgsql', async () => {
    const pinned = 'search_path=pg_catalog, pg_temp'
    const loose = (await functions()).filter(
      ({ is_definer: isDefiner, language, settings }) =>
        (isDefiner || language === 'plpgsql') && !settings?.includes(pinned),
    )
    expect(names(loose)).toEqual([])
  })

  test('that answers requests is planned once: planning it takes longer than running it', async () => {
    const hot =
      /^private\.(reserve_credits|settle_credits|release_credits|extend_reservations|check_ai_access|check_ai_access_batch|models_for|operation_result|start_session|session_heartbeat|end_session|session_status|session_allowance|admit_to_realtime|sweep_sessions)\(/
    const found = (await functions()).filter(({ name }) => hot.test(name))
    expect(found).toHaveLength(15)
    for (const { settings } of found) {
      expect(settings).toContain('plan_cache_mode=force_generic_plan')
    }
  })

  test('reads the time from the one clock', async () => {
    const clocks = (await functions()).filter(({ source }) =>
      /\b(now\(\)|current_timestamp|clock_timestamp\(\)|statement_timestamp\(\)|localtimestamp)/.test(
        source,
      ),
    )
    // reservation_id_at asks how far the set clock is from the real one.
    expect(clocks.map(({ name }) => name.replace(/\(.*/, ''))).toEqual([
      'private.current_time_utc',
      'private.reservation_id_at',
    ])
  })
})

describe('every table and view', () => {
  test('has a comment', async () => {
    const rows = await desk.admin`
      select oid::regclass::text as name from pg_class
      where relnamespace in ('public'::regnamespace, 'auth'::regnamespace)
        and relkind in ('r', 'v', 'p') and obj_description(oid, 'pg_class') is null`
    expect(rows.map((row) => row.name)).toEqual([])
  })

  test('of an organization has it first in its key or in an index', async () => {
    const rows = await desk.admin`
      select owned.oid::regclass::text as name
      from pg_class as owned
      join pg_attribute as owner on owner.attrelid = owned.oid and owner.attname = 'organization_id'
      where owned.relnamespace = 'public'::regnamespace and owned.relkind = 'r'
        and not exists (
          select from pg_index
          where indrelid = owned.oid and indkey[0] = owner.attnum
        )`
    expect(rows.map((row) => row.name)).toEqual([])
  })

  test('that is hot has no foreign key and no index on what a move changes', async () => {
    const hot = [
      'public.organization_credit_balances',
      'public.credit_grants',
      'private.credit_holds',
      'public.credit_transactions',
    ]
    const keys = await desk.admin`
      select conname from pg_constraint
      where contype = 'f' and conrelid = any (${hot}::text[]::regclass[])`
    expect(keys.map((row) => row.conname)).toEqual([])
    const changing = [
      'status',
      'monthly_credits',
      'bonus_credits',
      'reserved_credits',
      'debt_credits',
      'used_credits',
      'remaining_credits',
      'charged_credits',
      'next_hold_expires_at',
    ]
    const indexes = await desk.admin`
      select indexrelid::regclass::text as name
      from pg_index
      join pg_attribute on attrelid = indrelid and attname = any (${changing})
      where indrelid = any (${hot}::text[]::regclass[])
        and (
          attnum = any (indkey::smallint[])
          or coalesce(pg_get_expr(indpred, indrelid), '') ~ ('\\m' || attname || '\\M')
        )`
    expect(indexes.map((row) => row.name)).toEqual([])
  })

  test('has an index for every foreign key', async () => {
    const rows = await desk.admin`
      select conrelid::regclass::text || '.' || conname as name
      from pg_constraint
      where contype = 'f' and connamespace in ('public'::regnamespace, 'auth'::regnamespace)
        and not exists (
          select from pg_index
          where indrelid = conrelid
            and (indkey::smallint[])[0 : cardinality(conkey) - 1] @> conkey
        )`
    expect(rows.map((row) => row.name)).toEqual([])
  })
})
