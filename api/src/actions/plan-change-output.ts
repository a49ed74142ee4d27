import { toJsonNumber } from '../credits/amounts.ts'
import type { PlanChangeAnswer } from '../db/plan-changes.ts'

/** As GraphQL has it: amounts are numbers there. */
export function planChangeOutput(answer: PlanChangeAnswer): object {
  return {
    ...answer,
    adjusted_credits: toJsonNumber(answer.adjusted_credits),
    available_credits: toJsonNumber(answer.available_credits),
  }
}
