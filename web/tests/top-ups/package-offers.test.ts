// @vitest-environment node
import { expect, test } from 'vitest'
import {
  bestOffer,
  packageOffers,
  planThatAllowsTopups,
} from '@/features/top-ups/package-offers.ts'
import { isOver, purchaseProgress } from '@/features/top-ups/purchase-progress.ts'

const row = (id: string, rank: number, credits: number, price_usd: number, columns = {}) => ({
  id,
  rank,
  credits,
  price_usd,
  is_best_value: false,
  is_active: true,
  ...columns,
})
const packages = [
  row('large', 3, 6000, 29, { is_best_value: true }),
  row('small', 1, 1000, 5),
  row('gone', 0, 10, 1, { is_active: false }),
  row('middle', 2, 3000, 15),
]

test('packages are comparable by the price of a thousand, and say what the larger ones save', () => {
  expect(
    packageOffers(packages).map((offer) => [
      offer.id,
      offer.pricePerThousandUsd.toFixed(2),
      offer.savingPercent,
    ]),
  ).toEqual([
    ['small', '5.00', 0],
    ['middle', '5.00', 0],
    ['large', '4.83', 3],
  ])
})

test('the best value is chosen at first, else the smallest; nothing of nothing', () => {
  expect(bestOffer(packageOffers(packages))?.id).toBe('large')
  expect(bestOffer(packageOffers(packages.slice(1)))?.id).toBe('small')
  expect(bestOffer(packageOffers([]))).toBeNull()
})

test('who cannot buy is led to the smallest plan that can', () => {
  const plans = [
    { id: 'team', name: 'Team', rank: 3, topup_allowed: true },
    { id: 'free', name: 'Free', rank: 1, topup_allowed: false },
    { id: 'pro', name: 'Pro', rank: 2, topup_allowed: true },
  ]
  expect(planThatAllowsTopups(plans)?.id).toBe('pro')
  expect(planThatAllowsTopups(plans.slice(1, 2))).toBeNull()
})

test.each([
  ['open', 'waiting', false],
  ['processing', 'processing', false],
  ['paid', 'arrived', true],
  ['partially_refunded', 'arrived', true],
  ['failed', 'failed', true],
  ['expired', 'expired', true],
  ['refunded', 'refunded', true],
  ['disputed', 'disputed', true],
  ['something_new', 'waiting', false],
])('a purchase that is %s shows as %s', (status, progress, over) => {
  expect(purchaseProgress(status)).toBe(progress)
  expect(isOver(purchaseProgress(status))).toBe(over)
})
