/**
 * What the multiplexer needs to know of a subscription. Plans with equal `text` run as one
 * statement, which takes two arrays (ids as text[] and values as text[]) and answers a row
 * `(result_id, result)` for each: Hasura's multiplexed query.
 */
export type LivePlan = {
  readonly text: string
  /** This subscriber's variables and session values as JSON text; equal values are one cohort. */
  readonly values: string
  /** The relations that the statement reads. */
  readonly relations: readonly number[]
}

/** A subscription whose rows are sent once, by cursor: the values change as it goes on. */
export type StreamLivePlan = {
  readonly text: string
  /** The values for a cursor: JSON text of the cursor columns, or null at the beginning. */
  valuesAt(cursor: string | null): string
  readonly relations: readonly number[]
}

export type Subscriber = {
  /** The payload of one message as JSON text: `{"data":…}` or `{"errors":[…]}`. */
  next(payloadText: string): void
  /** True while the client reads too slowly: a stream then waits with further rows. */
  isCongested?(): boolean
}

/** Ends a subscription; further calls do nothing. */
export type Unsubscribe = () => void
