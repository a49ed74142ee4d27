import { balanceOf } from '../support/desk.ts'
import { clockedAt, foundOrganization, resetPeriods, subscriptionOf } from '../support/jobs.ts'
import { hold, setClock, settle } from '../support/operations.ts'
import { broken, expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

/** A period ends for organizations of which each is odd in its own way, and for one that is not. */
const oddPeriods: Scenario = async (desk) => {
  const sql = await clockedAt(desk, '2026-01-31T12:00:00Z')
  const found = () => foundOrganization(sql, { plan: 'free' })
  const all = [await found(), await found(), await found(), await found(), await found()]
  const [holding, owing, changing, unpaid, rolling] = all as [
    string,
    string,
    string,
    string,
    string,
  ]
  const change = (organization: string, to: string) =>
    sql.unsafe(`update public.org_plans set ${to} where organization_id = '${organization}'`)
  await found()
  const reservation = await hold(sql, owing, '10')
  await settle(sql, { organization: owing, reservation, amount: '12' })
  await change(changing, `pending_plan_id = 'pro', pending_change_at = period_end`)
  await change(unpaid, `status = 'unpaid'`)
  await change(rolling, `plan_id = 'team'`)
  await setClock(sql, new Date('2026-02-27T23:59:00Z'))
  await hold(sql, holding, '6', 300)
  await setClock(sql, new Date('2026-02-28T00:00:00Z'))
  const { failed } = await resetPeriods(sql)

  const monthly = await Promise.all(all.map(async (id) => (await balanceOf(desk, id)).monthly))
  const findings = [
    ...expectEqual('failed', failed, 0),
    ...expectEqual('monthly', monthly, ['16.00', '8.00', '500.00', '0.00', '10.00']),
    ...expectEqual('rolled over', (await balanceOf(desk, rolling)).bonus, '10.00'),
    ...expectEqual('plan', (await subscriptionOf(sql, changing)).plan_id, 'pro'),
  ]
  for (const id of all) {
    findings.push(...(await broken(desk, id)))
  }
  await sql.end()
  return findings
}

export const PERIOD_SCENARIOS = { oddPeriods } as const satisfies Record<string, Scenario>
