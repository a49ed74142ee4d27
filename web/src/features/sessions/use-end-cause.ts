import { computed, shallowRef, watch, type Ref } from 'vue'
import { endCause, type EndCause } from './end-reasons.ts'
import type { LiveSession } from './live-session.ts'
import type { SessionAllowance } from './use-session-allowance.ts'

/** Why the session ended. Once it is known it stays, whatever is paid or begins anew while the notice is open. */
export function useEndCause(
  ended: Ref<LiveSession | null>,
  allowance: () => SessionAllowance | null,
) {
  const known = shallowRef<{ id: string; cause: EndCause } | null>(null)
  watch(
    [ended, allowance],
    ([session, allowed]) => {
      if (!session || session.id === known.value?.id) return
      const cause = endCause(session, allowed)
      if (cause) known.value = { id: session.id, cause }
    },
    { immediate: true },
  )
  return computed(() => (known.value?.id === ended.value?.id ? (known.value?.cause ?? null) : null))
}
