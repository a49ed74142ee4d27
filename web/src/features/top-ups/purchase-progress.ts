/**
 * Where a purchase stands, for the person who comes back from the checkout. The redirect proves nothing: only what the
 * provider has told the server counts.
 */
export type PurchaseProgress =
  'waiting' | 'processing' | 'arrived' | 'failed' | 'expired' | 'refunded' | 'disputed'

export function purchaseProgress(status: string): PurchaseProgress {
  switch (status) {
    case 'processing':
    case 'failed':
    case 'expired':
    case 'refunded':
    case 'disputed':
      return status
    case 'paid':
    case 'partially_refunded':
      return 'arrived'
    default:
      return 'waiting'
  }
}

/** Nothing more is expected to happen by itself. */
export function isOver(progress: PurchaseProgress): boolean {
  return progress !== 'waiting' && progress !== 'processing'
}
