import type { SCENARIOS } from './scenarios.ts'

/** A guard of the SQL, how to take it out, and the scenario that must fail then. */
export interface Guard {
  rule: string
  scenario: keyof typeof SCENARIOS
  /** In a function: this text is replaced, everywhere in its source. */
  in?: string
  cut?: string
  by?: string
  /** Anywhere else: a statement, and the one that undoes it. */
  statement?: string
  undo?: string
}
