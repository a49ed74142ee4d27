/** What Purser's actions take and answer, in the words of TypeScript. Amounts have at most two decimals. */
export interface AccessQuestion {
  capability: string
  /** The organization's default, else the lowest that the plan allows, unless given. */
  qualityLevel?: string | undefined
  /** The estimate for capability and level unless given. */
  amountCredits?: number | undefined
}

export interface Access {
  allowed: boolean
  /** Code of the one rule that refused; null when allowed. */
  reason: string | null
  message: string
  capability: string
  qualityLevel: string
  model: string | null
  estimatedCredits: number
  requiredCredits: number
  availableCredits: number
  allowedQualityLevels: string[]
  unlockedByPlan: string | null
  retryAfterSeconds: number | null
}

export interface ReserveOptions extends AccessQuestion {
  /** The same key and parameters answer the same reservation. */
  idempotencyKey: string
  /** 1 to 3600; 300 unless given. */
  expiresInSeconds?: number | undefined
  /** The member on whose behalf the work is done. */
  userId?: string | undefined
  /** Anything that explains the charge later; stored with it. */
  context?: Record<string, unknown> | undefined
}

export interface Reservation {
  reservationId: string
  status: string
  qualityLevel: string | null
  model: string | null
  amountCredits: number
  availableCredits: number
  expiresAt: Date
  replayed: boolean
}

export interface TokenUsage {
  /** Purser's identifier, for example openai/gpt-5-mini, or the provider's own. */
  model: string
  /** Including cached tokens. */
  inputTokens: number
  /** Including reasoning tokens. */
  outputTokens: number
  cachedInputTokens?: number | undefined
  reasoningTokens?: number | undefined
  /** The provider's. */
  requestId?: string | undefined
}

/** What the work cost: tokens, which Purser prices, or an amount of credits. */
export type Cost =
  { usage: TokenUsage; amountCredits?: undefined } | { amountCredits: number; usage?: undefined }

export interface Settlement {
  reservationId: string
  status: string
  chargedCredits: number
  releasedCredits: number
  shortfallCredits: number
  availableCredits: number
  transactionIds: string[]
  replayed: boolean
}

/** Whose idea the end was, and how much of the last seconds counts: after an error, nothing. */
export type SessionEndReason = 'user_ended' | 'error' | 'timeout'

export interface LiveSession {
  sessionId: string
  userId: string
  status: 'active' | 'ended'
  endReason: SessionEndReason | 'limit_reached' | 'stale' | null
  usedMinutes: number
  /** Of the user's minutes in this period; null is unlimited. */
  remainingMinutes: number | null
  /** At most five minutes are left. */
  warning: boolean
  /** How far use is promised. */
  leaseExpiresAt: Date
  /** When the minutes end if they are used without a pause; null when they do not. */
  limitAt: Date | null
  heartbeatIntervalSeconds: number
  chargedCredits: number
}

export interface Release {
  reservationId: string
  status: string
  releasedCredits: number
  availableCredits: number
  replayed: boolean
}
