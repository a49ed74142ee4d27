/**
 * The data of the benchmark: 100 organizations, each with customers and their invoices. Every
 * server has to show an organization its own rows only: the engine by permissions, PostGraphile by
 * row level security, the hand-written server in its SQL.
 */
export const organizations = 100
const customersPerOrganization = 100
const invoicesPerCustomer = 10

export const schemaSql = `
create table customers (
  id int primary key, organization_id int not null, name text not null, city text not null);
create table invoices (
  id int primary key, organization_id int not null,
  customer_id int not null references customers, total numeric(10,2) not null, memo text not null);
create table balances (organization_id int primary key, available numeric(14,2) not null);

insert into customers
select id, 1 + id % ${organizations}, 'Customer ' || id, 'City ' || id % 37
from generate_series(1, ${organizations * customersPerOrganization}) id;
insert into invoices
select n, customer.organization_id, customer.id, (n % 1000) + 0.5, 'Invoice ' || n
from generate_series(1, ${organizations * customersPerOrganization * invoicesPerCustomer}) n
join customers customer on customer.id = 1 + (n - 1) / ${invoicesPerCustomer};
insert into balances select id, 100 from generate_series(1, ${organizations}) id;

create index on customers (organization_id, id);
create index on invoices (customer_id, id);
create index on invoices (organization_id);

create role bench_client login password 'test';
grant select on customers, invoices to bench_client;
alter table customers enable row level security;
alter table invoices enable row level security;
create policy own on customers for select to bench_client
  using (organization_id = nullif(current_setting('bench.organization_id', true), '')::int);
create policy own on invoices for select to bench_client
  using (organization_id = nullif(current_setting('bench.organization_id', true), '')::int);
analyze;
`

const ownRows = { organization_id: { _eq: 'X-Hasura-Org-Id' } }
const table = (name: string) => ({ schema: 'public', name })
const readable = (columns: string[], more: object = {}) => [
  { role: 'member', permission: { columns, filter: ownRows, ...more } },
]

export const metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      tables: [
        {
          table: table('customers'),
          array_relationships: [
            {
              name: 'invoices',
              using: {
                foreign_key_constraint_on: { column: 'customer_id', table: table('invoices') },
              },
            },
          ],
          select_permissions: readable(['id', 'name', 'city']),
        },
        {
          table: table('invoices'),
          select_permissions: readable(['id', 'customer_id', 'total', 'memo'], {
            allow_aggregations: true,
          }),
        },
        {
          table: table('balances'),
          select_permissions: readable(['organization_id', 'available']),
        },
      ],
      configuration: { connection_info: { database_url: { from_env: 'PG_DATABASE_URL' } } },
    },
  ],
}

/** One question to all servers, each in its own words; `rowsOf` makes the answers comparable. */
export type Question = {
  name: string
  engine: (organization: number) => string
  postgraphile: (organization: number) => string
  yoga: (organization: number) => string
  /** What must be in the body, in any server's spelling. */
  expected: (organization: number) => string[]
}

const firstCustomer = (organization: number) =>
  organization === 1 ? organizations : organization - 1

export const questions: Question[] = [
  {
    name: 'list with a nested list',
    engine: () =>
      '{ customers(limit: 10, order_by: {id: asc}) { id name city invoices(limit: 5, order_by: {id: asc}) { id total memo } } }',
    postgraphile: () =>
      '{ allCustomers(first: 10, orderBy: PRIMARY_KEY_ASC) { nodes { rowId name city invoicesByCustomerId(first: 5, orderBy: PRIMARY_KEY_ASC) { nodes { rowId total memo } } } } }',
    yoga: () => '{ customers(limit: 10) { id name city invoices(limit: 5) { id total memo } } }',
    expected: (organization) => [
      `"Customer ${firstCustomer(organization)}"`,
      `"Invoice ${(firstCustomer(organization) - 1) * invoicesPerCustomer + 5}"`,
    ],
  },
  {
    name: 'one row by primary key',
    engine: (organization) =>
      `{ customers_by_pk(id: ${firstCustomer(organization)}) { id name city } }`,
    postgraphile: (organization) =>
      `{ customerByRowId(rowId: ${firstCustomer(organization)}) { rowId name city } }`,
    yoga: (organization) => `{ customer(id: ${firstCustomer(organization)}) { id name city } }`,
    expected: (organization) => [`"Customer ${firstCustomer(organization)}"`],
  },
  {
    name: 'count of an organization’s rows',
    engine: () => '{ invoices_aggregate { aggregate { count } } }',
    postgraphile: () => '{ allInvoices { totalCount } }',
    yoga: () => '{ invoices_count }',
    expected: () => [`${customersPerOrganization * invoicesPerCustomer}`],
  },
]
