import type { TypedDocumentNode } from '@urql/core'
import { useSubscription } from '@urql/vue'
import { computed, ref, shallowRef, watch } from 'vue'
import { failureFromGraphql } from '@/shared/failure.ts'

const PAGE_ROWS = 10

/**
 * A list that is followed live, newest first, and grows page by page. Its rows change after they have come (an open
 * invoice is paid), so what is shown is always one live query and never pages put together.
 */
export function useGrowingList<Data, Row>(
  query: TypedDocumentNode<Data, { limit: number }>,
  rowsOf: (data: Data) => readonly Row[],
  options: { pageRows?: number } = {},
) {
  const pageRows = options.pageRows ?? PAGE_ROWS
  const shown = ref(pageRows)
  const known = shallowRef<readonly Row[] | null>(null)
  // One more than is shown tells whether there are more.
  const { data, error, executeSubscription } = useSubscription({
    query,
    variables: computed(() => ({ limit: shown.value + 1 })),
  })
  watch(
    data,
    (result) => {
      if (result) known.value = rowsOf(result)
    },
    { immediate: true },
  )
  return {
    rows: computed(() => known.value?.slice(0, shown.value) ?? []),
    isLoading: computed(() => known.value === null),
    hasMore: computed(() => (known.value?.length ?? 0) > shown.value),
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    loadMore: () => {
      shown.value += pageRows
    },
    retry: () => void executeSubscription(),
  }
}
