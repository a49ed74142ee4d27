import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { balanceOf, brokenRules, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt, foundOrganization } from '../support/jobs.ts'
import { hold, setClock, settle } from '../support/operations.ts'
import { billedPlanOf, payLine } from '../support/subscriptions.ts'
import type { PaidLine } from '../support/subscriptions.ts'

/**
 * Games with plans: subscribe, spend, change up and down, spend, renew, again and again. What a player
 * has is compared with a model of a few lines that knows no database, and with the bound that matters:
 * a period never gives more than the best plan that was paid for in it.
 */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 25)
const PERIOD_DAYS = 30
const DAY_MILLISECONDS = 86_400_000
const START = Date.UTC(2026, 0, 1)

/** In hundredths of credits. */
const MONTHLY = { pro: 500_00, team: 2000_00, giant: 8000_00 } as const
const ROLLOVER = { pro: 0, team: 10_00, giant: 40_00 } as const
type Plan = keyof typeof MONTHLY

const plan = fc.constantFrom<Plan>('pro', 'team', 'giant')
/** Thousandths of what is there. */
const part = fc.integer({ min: 0, max: 1000 })
const change = fc.record({ day: fc.integer({ min: 1, max: PERIOD_DAYS - 1 }), plan, spend: part })
const period = fc.record({
  plan,
  changes: fc.uniqueArray(change, { maxLength: 4, selector: ({ day }) => day }),
  spend: part,
})
const game = fc.record({
  full: fc.boolean(),
  periods: fc.array(period, { minLength: 1, maxLength: 3 }),
})
type Period = typeof period extends fc.Arbitrary<infer Value> ? Value : never

let desk: Desk
let sql: Sql
beforeAll(async () => {
  desk = await openDesk({ at: new Date(START) })
  sql = await clockedAt(desk, new Date(START).toISOString())
  await sql`
    insert into public.plans
      (id, name, description, rank, price_usd_monthly, monthly_ai_credits, rollover_credits, is_active)
    values ('giant', 'Giant', 'For tests.', 50, 499, 8000, 40, false)`
  await sql`update public.plans set overdraft_credits = 0`
  await sql`
    insert into public.plan_ai_capabilities (plan_id, capability_id)
    select 'giant', id from public.ai_capabilities`
  await sql`
    insert into public.plan_ai_capability_quality_levels (plan_id, capability_id, quality_level_id)
    select 'giant', capability_id, quality_level_id
    from public.plan_ai_capability_quality_levels where plan_id = 'team'`
})
afterAll(() => desk.close())

const at = (number: number, days: number): string =>
  new Date(START + (number * PERIOD_DAYS + days) * DAY_MILLISECONDS).toISOString()
const credits = (hundredths: number): string => (hundredths / 100).toFixed(2)

function periodLine(organization: string, number: number, { plan }: Period): PaidLine {
  const time = { from: at(number, 0), to: at(number + 1, 0) }
  return { organization, line: `period ${number}`, plan, ...time }
}

function changeLine(
  organization: string,
  number: number,
  { day, plan }: Period['changes'][number],
): PaidLine {
  const time = { from: at(number, day), to: at(number + 1, 0) }
  return { organization, line: `change ${number} ${day}`, kind: 'change', plan, ...time }
}

/** The rules once more, in memory. */
class Model {
  private plan: Plan | null = null
  private monthly = 0
  private rolledOver = 0
  private worth = 0
  /** Given in this period, less what was taken. */
  granted = 0
  /** The most that any plan of this period gives. */
  best = 0
  private readonly isFull: boolean

  constructor(isFull: boolean) {
    this.isFull = isFull
  }

  get posted(): number {
    return this.monthly + this.rolledOver
  }

  renew(plan: Plan): void {
    const limit = this.plan ? Math.min(ROLLOVER[this.plan], ROLLOVER[plan]) : 0
    this.rolledOver = Math.min(limit, this.monthly)
    this.plan = plan
    this.monthly = this.worth = this.granted = this.best = MONTHLY[plan]
  }

  change(plan: Plan, day: number): void {
    const difference = MONTHLY[plan] - MONTHLY[this.plan!]
    this.worth += this.isFull ? difference : (difference * (PERIOD_DAYS - day)) / PERIOD_DAYS
    this.plan = plan
    const missing = Math.max(this.worth, 0) - this.granted
    const moved = Math.max(missing, -this.monthly)
    this.monthly += moved
    this.granted += moved
    this.best = Math.max(this.best, MONTHLY[plan])
  }

  /** Returns what there was to spend of. */
  spend(thousandths: number): number {
    const spent = Math.floor((this.posted * thousandths) / 1000)
    const fromMonthly = Math.min(spent, this.monthly)
    this.monthly -= fromMonthly
    this.rolledOver -= spent - fromMonthly
    return spent
  }
}

async function spend(organization: string, hundredths: number): Promise<void> {
  if (hundredths === 0) return
  const reservation = await hold(sql, organization, credits(hundredths))
  const [row] = await settle(sql, { organization, reservation, amount: credits(hundredths) })
  expect(row).toMatchObject({ outcome: 'settled', shortfall_credits: '0.00' })
}

async function newPlayer(isFull: boolean): Promise<string> {
  await setClock(sql, new Date(START))
  await sql`update public.plans set upgrade_grant = ${isFull ? 'full' : 'prorated'}`
  const organization = await foundOrganization(sql, { plan: 'free' })
  await setClock(sql, new Date(START + 1))
  return organization
}

test('what a player has is what the rules give, and never more than the best plan paid for', async () => {
  await fc.assert(
    fc.asyncProperty(game, async ({ full, periods }) => {
      const organization = await newPlayer(full)
      const model = new Model(full)
      let [spent, bound] = [0, 0]
      const play = async (thousandths: number) => {
        const amount = model.spend(thousandths)
        await spend(organization, amount)
        spent += amount
        expect(await balanceOf(desk, organization)).toMatchObject({ posted: credits(model.posted) })
        expect(model.granted).toBeLessThanOrEqual(model.best)
      }
      for (const [number, round] of periods.entries()) {
        await setClock(sql, new Date(Date.parse(at(number, 0)) + 1000))
        await payLine(sql, periodLine(organization, number, round))
        model.renew(round.plan)
        for (const step of round.changes.toSorted((one, other) => one.day - other.day)) {
          await play(step.spend)
          await setClock(sql, new Date(at(number, step.day)))
          await payLine(sql, changeLine(organization, number, step))
          await payLine(sql, changeLine(organization, number, step))
          model.change(step.plan, step.day)
        }
        await play(round.spend)
        bound += model.best + ROLLOVER.giant
      }
      expect(spent).toBeLessThanOrEqual(bound)
      expect(await brokenRules(desk, organization)).toEqual([])
    }),
    { numRuns: RUNS },
  )
})

test('the lines of a period make the same in any order', async () => {
  const shuffle = fc.record({
    full: fc.boolean(),
    round: period,
    order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(shuffle, async ({ full, round, order }) => {
      const changes = round.changes.toSorted((one, other) => one.day - other.day)
      const ends = []
      for (const isShuffled of [false, true]) {
        const organization = await newPlayer(full)
        await setClock(sql, new Date(at(0, PERIOD_DAYS - 1)))
        const lines = [
          periodLine(organization, 0, round),
          ...changes.map((step) => changeLine(organization, 0, step)),
        ].map((line, index) => ({ line, place: isShuffled ? order[index]! : index }))
        lines.sort((one, other) => one.place - other.place)
        for (const { line } of lines) await payLine(sql, line)
        const { plan_id, granted, period_start, period_end } = await billedPlanOf(sql, organization)
        const { posted } = await balanceOf(desk, organization)
        ends.push({ plan_id, granted, period_start, period_end, posted })
        expect(await brokenRules(desk, organization)).toEqual([])
      }
      expect(ends[1]).toEqual(ends[0])
    }),
    { numRuns: RUNS },
  )
})
