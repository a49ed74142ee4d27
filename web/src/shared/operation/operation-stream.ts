import { inject, type InjectionKey } from 'vue'
import type { Failure } from '../failure.ts'

/** What the api tells while an operation runs; see the README of the api. */
export type OperationEvent =
  | { event: 'reservation'; data: { reservation_id: string } }
  /** All that was written so far, not only what is new; null when another model starts over. */
  | { event: 'delta'; data: { partial: object | null } }
  | { event: 'result'; data: object }
  | { event: 'error'; data: { message: string; extensions: Record<string, unknown> } }

export type OpenedStream =
  | { status: 'open'; events: AsyncIterable<OperationEvent> }
  | { status: 'refused'; problem: Failure }
  /** Nobody streams here: the plain action does the same work. */
  | { status: 'unavailable' }

/** Rejects only when `signal` was aborted. Aborting an open stream ends the work on the server. */
export type OpenOperationStream = (
  operation: string,
  input: object,
  signal: AbortSignal,
) => Promise<OpenedStream>

/** Provided by the app, which holds the tokens; without it every operation is a plain action. */
export const operationStreamKey: InjectionKey<OpenOperationStream> = Symbol('operation stream')

const withoutStreams: OpenOperationStream = () => Promise.resolve({ status: 'unavailable' })

export function useOperationStream(): OpenOperationStream {
  return inject(operationStreamKey, withoutStreams)
}
