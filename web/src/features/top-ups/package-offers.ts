import { toHundredths } from '@/shared/credits.ts'
import type { TopupOffersQuery } from '@/gql/member/graphql.ts'

type PackageRow = TopupOffersQuery['credit_topup_packages'][number]
type PlanRow = TopupOffersQuery['plans'][number]

export interface PackageOffer {
  id: string
  credits: number
  priceUsd: number
  pricePerThousandUsd: number
  isBestValue: boolean
  /** What a credit costs less than in the dearest package, in whole percent. */
  savingPercent: number
}

/** The packages on offer, smallest first, comparable by what a thousand credits cost. */
export function packageOffers(packages: readonly PackageRow[]): PackageOffer[] {
  const offered = packages.filter((row) => row.is_active).toSorted((a, b) => a.rank - b.rank)
  const dearest = Math.max(...offered.map(pricePerThousand))
  return offered.map((row) => ({
    id: row.id,
    credits: row.credits,
    priceUsd: row.price_usd,
    pricePerThousandUsd: pricePerThousand(row),
    isBestValue: row.is_best_value,
    savingPercent: Math.floor((1 - pricePerThousand(row) / dearest) * 100),
  }))
}

function pricePerThousand(row: PackageRow): number {
  return (toHundredths(row.price_usd) * 1_000) / toHundredths(row.credits)
}

export function bestOffer(offers: readonly PackageOffer[]): PackageOffer | null {
  return offers.find((offer) => offer.isBestValue) ?? offers[0] ?? null
}

/** The smallest plan on which credits can be bought, for somebody whose own plan does not allow it. */
export function planThatAllowsTopups(plans: readonly PlanRow[]): PlanRow | null {
  const byRank = plans.filter((plan) => plan.topup_allowed).toSorted((a, b) => a.rank - b.rank)
  return byRank[0] ?? null
}
