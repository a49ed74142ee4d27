import { randomUUID } from 'node:crypto'
import { PurserError, type PurserErrorCode } from './errors.ts'
import type { CreditOperations } from './operations.ts'
import type { Access, Cost, Reservation, Settlement } from './types.ts'

/** What the work may know of its hold. */
export interface Execution {
  reservationId: string
  idempotencyKey: string
  /** The level that was decided on, and the model that Purser would choose for it. */
  qualityLevel: string
  model: string | null
  amountCredits: number
  /** Aborted with the caller's signal: stop, and throw. */
  signal: AbortSignal
}

export type WorkResult<Result> = { result: Result } & Cost

export interface ExecuteOptions<Result> {
  capability: string
  qualityLevel?: string
  /** Credits to hold; the estimate for capability and level unless given. */
  amount?: number
  /** Made for this call unless given. Give one to make a repeated request safe across processes. */
  idempotencyKey?: string
  userId?: string
  context?: Record<string, unknown>
  /** For how long credits are held without a sign of life; 1 to 3600, 300 unless given. */
  holdSeconds?: number
  signal?: AbortSignal
  /** The work. What it throws ends the hold without a charge, and is thrown on. */
  run(execution: Execution): Promise<WorkResult<Result>>
  /** Answers a key that was used before, from wherever the first result was kept. */
  replay?(reservation: Reservation): Promise<Result>
}

export interface Executed<Result> {
  result: Result
  reservation: Reservation
  /** null: a replay, or settlementError says why it could not be charged yet. */
  settlement: Settlement | null
  /** The work is done and its result is here, but Purser did not take the charge: settle again later. */
  settlementError: PurserError | null
  cost: Cost | null
}

const HOLD_SECONDS = 300
/** Two extensions may fail before a hold ends. */
const EXTENSIONS_A_HOLD = 3
const MAXIMUM_REASON_LENGTH = 500

/**
 * Runs AI work under a hold: check → reserve → run → settle what it cost, or release when it fails.
 * The hold is extended while the work runs. Every call to Purser is repeated until it is answered;
 * the work itself runs once.
 */
export async function executeWithAIAccess<Result>(
  operations: CreditOperations,
  options: ExecuteOptions<Result>,
): Promise<Executed<Result>> {
  options.signal?.throwIfAborted()
  const idempotencyKey = options.idempotencyKey ?? randomUUID()
  const holdSeconds = options.holdSeconds ?? HOLD_SECONDS
  const question = {
    capability: options.capability,
    qualityLevel: options.qualityLevel,
    amountCredits: options.amount,
  }
  // A repeated key must find its first answer, even where a new request would be denied by now.
  if (!options.idempotencyKey) throwIfDenied(await operations.checkAccess(question))
  const reservation = await operations.reserve({
    ...question,
    idempotencyKey,
    expiresInSeconds: holdSeconds,
    userId: options.userId,
    context: options.context,
  })
  const { reservationId } = reservation
  if (reservation.replayed && !isOwn(reservation, options)) return replayed(reservation, options)

  const { result, ...cost } = await whileHeld(operations, reservationId, holdSeconds, () =>
    runOrRelease(operations, reservation, { ...options, idempotencyKey }),
  )
  try {
    const settlement = await operations.settle(reservationId, cost)
    return { result, reservation, settlement, settlementError: null, cost }
  } catch (error) {
    if (!(error instanceof PurserError)) throw error
    return { result, reservation, settlement: null, settlementError: error, cost }
  }
}

/**
 * Whether a reservation that was there already is this very call's: its key is nobody else's, or the
 * answer to its first attempt got lost. Were that wrong, two callers would work and one be charged.
 */
function isOwn(
  reservation: Reservation & { retried: boolean },
  { idempotencyKey }: { idempotencyKey?: string },
): boolean {
  return !idempotencyKey || (reservation.retried && reservation.status === 'reserved')
}

async function replayed<Result>(
  reservation: Reservation,
  { replay }: ExecuteOptions<Result>,
): Promise<Executed<Result>> {
  if (replay) {
    const result = await replay(reservation)
    return { result, reservation, settlement: null, settlementError: null, cost: null }
  }
  const { reservationId, status } = reservation
  throw new PurserError(
    'already_executed',
    { reservation_id: reservationId, status },
    `The work under this key was begun before; its reservation is ${status}.`,
  )
}

async function runOrRelease<Result>(
  operations: CreditOperations,
  { reservationId, qualityLevel, model, amountCredits }: Reservation,
  options: ExecuteOptions<Result> & { idempotencyKey: string },
): Promise<WorkResult<Result>> {
  const { idempotencyKey, signal = new AbortController().signal } = options
  try {
    return await options.run({
      reservationId,
      idempotencyKey,
      qualityLevel: qualityLevel ?? '',
      model,
      amountCredits,
      signal,
    })
  } catch (error) {
    // A hold that cannot be released ends by itself; the error of the work matters more.
    await operations.release(reservationId, reasonOf(error)).catch(() => undefined)
    throw error
  }
}

async function whileHeld<Result>(
  operations: CreditOperations,
  reservationId: string,
  holdSeconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const timer = setInterval(
    // One that fails is followed by the next; a settle after expiry still charges.
    () => void operations.extend(reservationId, holdSeconds).catch(() => undefined),
    (holdSeconds * 1000) / EXTENSIONS_A_HOLD,
  )
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** The same error that a reservation would give, before anything is held. */
function throwIfDenied(access: Access): void {
  if (access.allowed) return
  const code = (access.reason ?? 'unexpected') as PurserErrorCode
  throw new PurserError(
    code,
    {
      required_credits: access.requiredCredits,
      available_credits: access.availableCredits,
      allowed_quality_levels: access.allowedQualityLevels,
      unlocked_by_plan: access.unlockedByPlan,
      retry_after_seconds: access.retryAfterSeconds,
    },
    access.message,
  )
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  // Purser takes plain text only.
  const plain = text.replace(/[\p{Cc}\p{Surrogate}]+/gu, ' ').trim()
  return plain.slice(0, MAXIMUM_REASON_LENGTH) || 'failed'
}
