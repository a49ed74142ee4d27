import { brokenRules, type Desk } from '../support/desk.ts'

/** Shows a rule of the SQL functions at work; throws or answers what is wrong, if anything. */
export type Scenario = (desk: Desk) => Promise<string[]>

export function expectEqual(what: string, actual: unknown, expected: unknown): string[] {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
  return left === right ? [] : [`${what}: ${left}, not ${right}`]
}

export const outcomes = (rows: { outcome: string }[]): string[] => rows.map((row) => row.outcome)

/** The rules of the ledger that the organization breaks. */
export async function broken(desk: Desk, organization: string): Promise<string[]> {
  return (await brokenRules(desk, organization)).map((row) => row.invariant)
}
