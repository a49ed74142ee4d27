import { useSessionStorage } from '@vueuse/core'
import type { Ref } from 'vue'

/** What was typed survives a reload: the same text finds the same run again (see idempotency keys). */
export function useOperationDraft<Draft extends object>(
  definition: { name: string; emptyDraft: () => Draft },
  scope: string,
): Ref<Draft> {
  return useSessionStorage<Draft>(
    `purser:draft:${definition.name}:${scope}`,
    definition.emptyDraft(),
    { mergeDefaults: true },
  )
}
