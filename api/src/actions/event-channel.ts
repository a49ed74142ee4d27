export interface StreamEvent {
  event: 'reservation' | 'delta' | 'result' | 'error'
  data: unknown
}

export type EventChannel = ReturnType<typeof createEventChannel>

/**
 * Events on their way to one reader. A delta tells all that was written so far, so one that the
 * reader has not taken yet is replaced: a slow connection gets fewer of them, and nothing piles up.
 */
export function createEventChannel() {
  const waiting: StreamEvent[] = []
  let isClosed = false
  let wake = () => {}

  return {
    push(event: StreamEvent): void {
      if (event.event === 'delta' && waiting.at(-1)?.event === 'delta') waiting.pop()
      waiting.push(event)
      wake()
    },
    close(): void {
      isClosed = true
      wake()
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent> {
      for (;;) {
        const event = waiting.shift()
        if (event) yield event
        else if (isClosed) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
