// The catalog is read as one JSON document a query: plain pg_catalog, no information_schema, which
// hides what the current role does not own.

const userSchema = (alias: string) =>
  `${alias}.nspname !~ '^pg_' and ${alias}.nspname not in ('information_schema', 'hdb_catalog')`

/** All types, so that columns and arguments can name them by oid. */
export const TYPES_QUERY = `
select coalesce(json_agg(json_build_object(
  'oid', t.oid::int8, 'schema', n.nspname, 'name', t.typname, 'type', t.typtype,
  'category', t.typcategory, 'element', t.typelem::int8, 'base', t.typbasetype::int8,
  'relation', t.typrelid::int8)), '[]')::text as document
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where not (t.typtype = 'c' and exists (
  select 1 from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind in ('i', 't', 'I')))`

const COLUMNS = `
  select json_agg(json_build_object(
    'name', a.attname, 'position', a.attnum, 'type', a.atttypid::int8, 'nullable', not a.attnotnull,
    'hasDefault', a.atthasdef or a.attidentity <> '',
    'generated', a.attgenerated <> '' or a.attidentity = 'a',
    'comment', pg_catalog.col_description(c.oid, a.attnum)) order by a.attnum)
  from pg_catalog.pg_attribute a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`

const CONSTRAINTS = `
  select json_agg(json_build_object(
    'name', k.conname, 'type', k.contype,
    'columns', (
      select json_agg(a.attname order by u.position)
      from unnest(k.conkey) with ordinality u(attnum, position)
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
    'referenced', case when k.contype = 'f' then (
      select json_build_object('schema', rn.nspname, 'name', r.relname)
      from pg_catalog.pg_class r join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
      where r.oid = k.confrelid) end,
    'referencedColumns', (
      select json_agg(a.attname order by u.position)
      from unnest(k.confkey) with ordinality u(attnum, position)
      join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum))
    order by k.conname)
  from pg_catalog.pg_constraint k
  where k.conrelid = c.oid and k.contype in ('p', 'u', 'f')`

/** Bits of pg_relation_is_updatable: 4 update, 8 insert, 16 delete. */
export const TABLES_QUERY = `
select coalesce(json_agg(json_build_object(
  'oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind,
  'comment', pg_catalog.obj_description(c.oid, 'pg_class'),
  'writable', pg_catalog.pg_relation_is_updatable(c.oid, true),
  'columns', coalesce((${COLUMNS}), '[]'),
  'constraints', coalesce((${CONSTRAINTS}), '[]'))), '[]')::text as document
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'f', 'p') and ${userSchema('n')}`

/** Functions that extensions own are left out unless they could be tracked: none of them are. */
export const FUNCTIONS_QUERY = `
select coalesce(json_agg(json_build_object(
  'oid', p.oid::int8, 'schema', n.nspname, 'name', p.proname, 'volatility', p.provolatile,
  'variadic', p.provariadic <> 0, 'returnsSet', p.proretset, 'returnType', p.prorettype::int8,
  'defaults', p.pronargdefaults,
  'argumentTypes', (
    select coalesce(json_agg(u.type::int8 order by u.position), '[]')
    from unnest(p.proargtypes::oid[]) with ordinality u(type, position)),
  'argumentNames', coalesce(to_json(p.proargnames), '[]'),
  'argumentModes', to_json(p.proargmodes::text[]),
  'comment', pg_catalog.obj_description(p.oid, 'pg_proc'))
  order by p.oid), '[]')::text as document
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f' and ${userSchema('n')} and not exists (
  select 1 from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`
