/** When the credits end, and what the period will come to, if they go on being used as they were. */
export interface CreditForecast {
  availableCredits: number
  creditsPerDay: number
  daysOfHistory: number
  /** null: not within a year. */
  exhaustedOn: string | null
  /** The interval that holds the day in four of five cases; an open end is null. */
  earliestOn: string | null
  latestOn: string | null
  periodEnd: string
  endsBeforeRenewal: boolean
  usedCredits: number
  projectedUsedCredits: number
  shortfallCredits: number
  planPriceUsd: number | null
  /** null where the plan sells no further credits. */
  projectedCostUsd: number | null
}

/** A rate of one or two days is chance. */
export const FEWEST_DAYS = 3

export type ForecastText =
  | 'tooEarly'
  | 'unused'
  | 'exhausted'
  | 'lasts'
  | 'mayEnd'
  | 'ends'
  | 'endsBetween'
  | 'endsNotBefore'

/** Which sentence says it; every one that names a day also says "at this rate". */
export function forecastText(forecast: CreditForecast): ForecastText {
  const { earliestOn, latestOn, periodEnd } = forecast
  if (forecast.availableCredits <= 0) return 'exhausted'
  if (isTooEarly(forecast)) return 'tooEarly'
  if (forecast.creditsPerDay <= 0) return 'unused'
  if (!forecast.endsBeforeRenewal || forecast.exhaustedOn === null) {
    // New credits come before the likely day, though perhaps not before an unlikely one.
    return earliestOn !== null && earliestOn < periodEnd.slice(0, 10) ? 'mayEnd' : 'lasts'
  }
  if (earliestOn === null) return 'ends'
  if (latestOn === null) return 'endsNotBefore'
  return earliestOn === latestOn ? 'ends' : 'endsBetween'
}

export function isTooEarly(forecast: CreditForecast): boolean {
  return forecast.daysOfHistory < FEWEST_DAYS
}
