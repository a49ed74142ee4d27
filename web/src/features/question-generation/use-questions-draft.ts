import { useSessionStorage } from '@vueuse/core'

export interface QuestionsDraft {
  productName: string
  productDescription: string
  count: number
}

export const DEFAULT_COUNT = 5
export const MOST_QUESTIONS = 10

/** What was typed survives a reload: the same text finds the same run again (see idempotency keys). */
export function useQuestionsDraft(scope: string) {
  return useSessionStorage<QuestionsDraft>(
    `purser:questions-draft:${scope}`,
    { productName: '', productDescription: '', count: DEFAULT_COUNT },
    { mergeDefaults: true },
  )
}
