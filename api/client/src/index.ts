/** What the package offers; everything else in it may change. */
export { createPurserClient } from './client.ts'
export type { PurserClient, PurserClientOptions } from './client.ts'
export { isPurserError, PurserError } from './errors.ts'
export type { PurserErrorCode, PurserErrorDetails } from './errors.ts'
export type { Executed, ExecuteOptions, Execution, WorkResult } from './execute.ts'
export type {
  Access,
  AccessQuestion,
  Cost,
  LiveSession,
  Release,
  Reservation,
  ReserveOptions,
  SessionEndReason,
  Settlement,
  TokenUsage,
} from './types.ts'
