import { computed, ref, type Ref } from 'vue'
import type { CapabilityLevels } from './use-capability-levels.ts'

/** The level of the next run: the one that was chosen, as long as it is open, else the default. */
export function useLevelChoice(
  capability: Ref<CapabilityLevels | null>,
  available: Ref<number | null>,
) {
  const options = computed(() => capability.value?.options ?? [])
  const chosenLevelId = ref<string | null>(null)
  const levelId = computed({
    get: () => {
      const isOpen = options.value.some(
        (option) => option.id === chosenLevelId.value && option.isAllowed,
      )
      return isOpen ? chosenLevelId.value : (capability.value?.defaultLevelId ?? null)
    },
    set: (id) => {
      chosenLevelId.value = id
    },
  })
  const level = computed(() => options.value.find(({ id }) => id === levelId.value) ?? null)
  /** Open levels that the balance covers, other than the one in question. */
  const otherLevels = computed(() =>
    options.value.flatMap(({ id, name, isAllowed, estimatedCredits }) =>
      isAllowed &&
      id !== levelId.value &&
      estimatedCredits !== null &&
      estimatedCredits <= (available.value ?? 0)
        ? [{ id, name, estimatedCredits }]
        : [],
    ),
  )
  const levelName = (id: string) => options.value.find((option) => option.id === id)?.name ?? id
  return { levelId, level, otherLevels, levelName }
}
