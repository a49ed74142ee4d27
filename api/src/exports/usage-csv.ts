import { Hono } from 'hono'
import { z } from 'zod'
import { describeInputProblem } from '../actions/input.ts'
import { readSession, requireOrganization, requireUser } from '../actions/session.ts'
import type { VerifyToken } from '../auth/token-verifier.ts'
import type { ExportPages, ExportRange } from '../db/usage-export.ts'
import { AppError, invalidInput } from '../errors.ts'
import type { AppEnvironment } from '../http/request-context.ts'
import { csvLine } from './csv.ts'

/** What is in memory at a time, however long the file is. */
const PAGE_ROWS = 1000
const MAXIMUM_RANGE_DAYS = 366
const DAY_MILLISECONDS = 86_400_000

const SEES_EVERYBODY = new Set(['owner', 'org_admin', 'service'])

const COLUMNS = {
  credits: [
    'event_at',
    'day',
    'credits',
    'capability',
    'quality_level',
    'model',
    'user_id',
    'user',
    'related_to',
    'reservation_id',
    'transaction_id',
  ],
  meters: [
    'event_at',
    'day',
    'meter',
    'amount',
    'source',
    'user_id',
    'user',
    'reservation_id',
    'usage_id',
  ],
} as const

const day = z.iso.date({ error: 'date' })

const querySchema = z
  .strictObject({
    kind: z.enum(['credits', 'meters'], { error: 'credits_or_meters' }),
    from: day,
    to: day,
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'not_before_from' })
  .refine(({ from, to }) => daysBetween(from, to) <= MAXIMUM_RANGE_DAYS, {
    path: ['to'],
    error: `at_most_${MAXIMUM_RANGE_DAYS}_days`,
  })

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS + 1
}

/**
 * GET /usage.csv?kind=credits|meters&from=YYYY-MM-DD&to=YYYY-MM-DD: every charge, or every use of a
 * meter, on days of the organization's time zone. The token is the one for Hasura; a member gets what
 * is his own. The file is written while it is read, so that its length costs neither memory nor time
 * before the first line.
 */
export function exportRoutes({
  pages,
  verifyToken,
}: {
  pages: ExportPages
  verifyToken: VerifyToken
}) {
  const routes = new Hono<AppEnvironment>()
  routes.get('/usage.csv', async (c) => {
    const session = readSession(
      await verifyToken(c.req.header('authorization'), c.req.header('x-hasura-role')),
    )
    const seesEverybody = SEES_EVERYBODY.has(session.role)
    if (!seesEverybody && session.role !== 'member') {
      throw new AppError('not_allowed', { rule: 'role' })
    }
    const query = querySchema.safeParse(c.req.query())
    if (!query.success) throw describeInputProblem(query.error)
    const range: ExportRange = {
      ...query.data,
      organizationId: requireOrganization(session),
      userId: seesEverybody ? null : requireUser(session),
    }
    return new Response(await fileOf(pages, range), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="usage-${range.kind}-${range.from}-${range.to}.csv"`,
        'cache-control': 'no-store',
      },
    })
  })
  return routes
}

/** The first page is read before the answer begins, so that a failure until then has its own status. */
async function fileOf(pages: ExportPages, range: ExportRange): Promise<ReadableStream<Uint8Array>> {
  const timeZone = await pages.timeZone(range.organizationId)
  if (timeZone === null) throw invalidInput('organization', 'unknown')
  const place = await pages.beginning(range, timeZone)
  let next = await pages.page(range, place, timeZone, PAGE_ROWS)
  let isFirst = true
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const header = isFirst ? csvLine(COLUMNS[range.kind]) : ''
        isFirst = false
        controller.enqueue(
          encoder.encode(header + next.map(({ values }) => csvLine(values)).join('')),
        )
        const last = next.at(-1)
        if (next.length < PAGE_ROWS || last === undefined) controller.close()
        else next = await pages.page(range, last.sequence, timeZone, PAGE_ROWS)
      },
    },
    // Nothing is read ahead of a client that does not take it.
    { highWaterMark: 0 },
  )
}
