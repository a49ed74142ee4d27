/**
 * Idempotency keys minted by the client. A key belongs to one exact request (operation, scope and input) and is kept
 * until an answer comes: a retry, a double click or a reload sends the same key and can never be charged twice.
 */
export interface IdempotencyKeys {
  keyFor(operation: string, request: unknown): string
  /** Call when the server has decided about the request: the next run is a new one. */
  forget(operation: string, request: unknown): void
}

const PREFIX = 'purser:idempotency:'

export function createIdempotencyKeys(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = sessionStorage,
  mint: () => string = randomKey,
): IdempotencyKeys {
  const entry = (operation: string, request: unknown) =>
    `${PREFIX}${operation}:${JSON.stringify(request)}`
  return {
    keyFor(operation, request) {
      const name = entry(operation, request)
      const kept = storage.getItem(name)
      if (kept) return kept
      const key = mint()
      storage.setItem(name, key)
      return key
    },
    forget(operation, request) {
      storage.removeItem(entry(operation, request))
    },
  }
}

/** `crypto.randomUUID` exists in secure contexts only; Purser may be served over plain HTTP inside a network. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
