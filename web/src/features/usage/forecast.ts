/** When the credits end if they go on being used as they were. */
export interface CreditForecast {
  /** null: they last beyond the horizon, or nothing is used. */
  exhaustsOn: string | null
  earliest: string | null
  latest: string | null
  creditsPerDay: number
  daysOfHistory: number
  periodEnd: string | null
}

/** A rate of one or two days is chance. */
export const FEWEST_DAYS = 3

export type ForecastText =
  'tooEarly' | 'unused' | 'exhausted' | 'lasts' | 'endsBetween' | 'endsNotBefore' | 'ends'

/** Which sentence says it; every one that names a day also says "at this rate". */
export function forecastText(forecast: CreditForecast, available: number): ForecastText {
  if (available <= 0) return 'exhausted'
  if (forecast.daysOfHistory < FEWEST_DAYS) return 'tooEarly'
  if (forecast.creditsPerDay <= 0) return 'unused'
  if (forecast.exhaustsOn === null) return 'lasts'
  if (forecast.earliest === null) return 'ends'
  if (forecast.latest === null) return 'endsNotBefore'
  return forecast.earliest === forecast.latest ? 'ends' : 'endsBetween'
}
