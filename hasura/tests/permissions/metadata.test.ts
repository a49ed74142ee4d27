import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

interface Permission {
  role: string
  permission: {
    columns?: string[]
    computed_fields?: string[]
    filter?: Record<string, unknown>
    check?: unknown
    set?: Record<string, string>
    limit?: number
  }
}

interface Table {
  table: { schema: string; name: string }
  configuration: { comment?: string; column_config?: Record<string, { comment: string }> }
  select_permissions?: Permission[]
  insert_permissions?: Permission[]
  update_permissions?: Permission[]
  delete_permissions?: Permission[]
}

const FOLDER = join(HASURA_PROJECT_DIRECTORY, 'metadata/databases/default/tables')
const TABLES = readdirSync(FOLDER)
  .filter((file) => file !== 'tables.yaml')
  .map((file) => parse(readFileSync(join(FOLDER, file), 'utf8')) as Table)

const nameOf = ({ table }: Table): string => `${table.schema}.${table.name}`
const MEMBERS = ['owner', 'org_admin', 'member', 'service']
const ALL = [...MEMBERS, 'platform_admin', 'anonymous']

let desk: Desk
let columns: Map<string, { name: string; comment: string | null }[]>
let comments: Map<string, string>

beforeAll(async () => {
  desk = await openDesk()
  const rows = await desk.admin<
    { table: string; name: string; comment: string | null; table_comment: string }[]
  >`
    select namespace.nspname || '.' || relation.relname as table, attname as name,
      col_description(relation.oid, attnum) as comment,
      obj_description(relation.oid, 'pg_class') as table_comment
    from pg_class as relation
    join pg_namespace as namespace on namespace.oid = relnamespace
    join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'v') and nspname in ('public', 'auth')
    order by 1, attnum`
  columns = new Map()
  comments = new Map()
  for (const { table, name, comment, table_comment: tableComment } of rows) {
    columns.set(table, [...(columns.get(table) ?? []), { name, comment }])
    comments.set(table, tableComment)
  }
})
afterAll(() => desk.close())

function selectOf(table: Table, role: string): Permission['permission'] | undefined {
  return table.select_permissions?.find((permission) => permission.role === role)?.permission
}

function hasColumn(table: Table, name: string): boolean {
  return columns.get(nameOf(table))!.some((column) => column.name === name)
}

test('every table and view of public is tracked, and its file is in the list', () => {
  const tracked = TABLES.map(nameOf)
  const existing = [...columns.keys()].filter((name) => name.startsWith('public.'))
  expect(tracked).toEqual(expect.arrayContaining(existing))
  const list = parse(readFileSync(join(FOLDER, 'tables.yaml'), 'utf8')) as string[]
  expect(list.toSorted()).toEqual(
    TABLES.map(({ table }) => `!include ${table.schema}_${table.name}.yaml`).toSorted(),
  )
})

test('permissions name known roles and existing columns', () => {
  for (const table of TABLES) {
    const existing = columns.get(nameOf(table))!.map(({ name }) => name)
    const permissions = [
      ...(table.select_permissions ?? []),
      ...(table.insert_permissions ?? []),
      ...(table.update_permissions ?? []),
      ...(table.delete_permissions ?? []),
    ]
    expect(permissions.length, nameOf(table)).toBeGreaterThan(0)
    for (const { role, permission } of permissions) {
      expect(ALL).toContain(role)
      expect(existing, nameOf(table)).toEqual(expect.arrayContaining(permission.columns ?? []))
    }
  }
})

test('descriptions are those of the database: Hasura does not read them there any more', () => {
  for (const table of TABLES) {
    expect(table.configuration.comment, nameOf(table)).toBe(comments.get(nameOf(table)))
    for (const { name, comment } of columns.get(nameOf(table))!) {
      if (comment === null) continue
      const described = table.configuration.column_config?.[name]?.comment
      expect(described, `${nameOf(table)}.${name}`).toBe(comment)
    }
  }
})

describe('who sees what', () => {
  test('rows of an organization are for its own people and services only', () => {
    // The inbox of Stripe names organizations, but is the operators' own.
    const owned = TABLES.filter(
      (table) => hasColumn(table, 'organization_id') && table.table.name !== 'stripe_events',
    )
    expect(owned.length).toBeGreaterThan(8)
    for (const table of owned) {
      expect(selectOf(table, 'owner'), nameOf(table)).toBeDefined()
      for (const role of MEMBERS) {
        const permission = selectOf(table, role)
        if (!permission) continue
        expect(JSON.stringify(permission.filter), `${nameOf(table)} ${role}`).toContain(
          '"organization_id":{"_eq":"X-Hasura-Org-Id"}',
        )
      }
      expect(selectOf(table, 'anonymous'), nameOf(table)).toBeUndefined()
      expect(selectOf(table, 'platform_admin'), nameOf(table)).toBeDefined()
    }
  })

  test('anonymous sees the public catalogue, without a session variable in its filters', () => {
    const open = TABLES.filter((table) => selectOf(table, 'anonymous'))
    expect(open.map(nameOf).toSorted()).toEqual([
      'public.ai_capabilities',
      'public.ai_capability_quality_levels',
      'public.credit_topup_packages',
      'public.meters',
      'public.plan_ai_capabilities',
      'public.plan_ai_capability_quality_levels',
      'public.plan_meter_limits',
      'public.plans',
      'public.quality_levels',
    ])
    for (const table of open) {
      expect(JSON.stringify(selectOf(table, 'anonymous')!.filter)).not.toMatch(/x-hasura/i)
    }
  })

  test('what providers charge is for platform admins only', () => {
    for (const table of TABLES) {
      for (const role of ALL.filter((name) => name !== 'platform_admin')) {
        const shown = [
          ...(selectOf(table, role)?.columns ?? []),
          ...(selectOf(table, role)?.computed_fields ?? []),
        ]
        const costs =
          /provider_metadata|^cost_usd$|^reported_model$|^request_id$|^usage_source$|(put|reasoning)_tokens$|_usd_per_million/
        expect(shown.filter((name) => costs.test(name))).toEqual([])
      }
    }
  })

  test('secrets of requests and sign-ins are for nobody', () => {
    for (const table of TABLES) {
      for (const role of ALL) {
        const shown = selectOf(table, role)?.columns ?? []
        expect(
          shown.filter((name) => /fingerprint|password|token$|hash$|stripe_secret/.test(name)),
        ).toEqual([])
      }
    }
  })

  test('long tables are limited for everybody but platform admins', () => {
    for (const name of [
      'credit_transactions',
      'credit_reservations',
      'open_reservations',
      'credit_grants',
      'usage_ledger',
      'usage_daily',
    ]) {
      const table = TABLES.find((candidate) => candidate.table.name === name)!
      for (const role of MEMBERS) expect(selectOf(table, role)!.limit).toBe(1000)
    }
  })
})

describe('who writes what', () => {
  const writable = (): string[] =>
    TABLES.filter(
      (table) => table.insert_permissions ?? table.update_permissions ?? table.delete_permissions,
    ).map(nameOf)

  test('clients write settings only, which the database grants as well', async () => {
    const rows = await desk.admin<{ name: string }[]>`
      select table_schema || '.' || table_name as name
      from information_schema.table_privileges
      where grantee = 'purser_hasura' and privilege_type <> 'SELECT'
      group by 1`
    expect(writable().toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
  })

  test('quality defaults: owner and admin, for their organization, levels of their plan', () => {
    const table = TABLES.find(({ table: { name } }) => name === 'organization_quality_defaults')!
    for (const kind of ['insert', 'update', 'delete'] as const) {
      const roles = table[`${kind}_permissions`]!.map(({ role }) => role)
      expect(roles.toSorted()).toEqual(['org_admin', 'owner'])
    }
    for (const { permission } of [...table.insert_permissions!, ...table.update_permissions!]) {
      expect(permission.set).toMatchObject({ updated_by_user_id: 'X-Hasura-User-Id' })
      expect(JSON.stringify(permission.check)).toContain('allowed_quality_level')
      expect(permission.columns).not.toContain('organization_id')
    }
  })
})
