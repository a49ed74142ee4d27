import { useClientHandle } from '@urql/vue'
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  CreditHistoryPageDocument,
  CreditTransactionRowFragmentDoc,
  NewCreditTransactionsDocument,
} from '@/gql/member/graphql.ts'
import { useConnection } from '@/shared/connection.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { historyEntries, mergeRows, pageOf, type TransactionRow } from './history-entries.ts'
import { conditionFrom, type HistoryFilter } from './history-filter.ts'

const PAGE_ROWS = 25
/** A live result this long may be cut off; the next one starts behind it. */
const LIVE_ROWS = 50

/**
 * The ledger, newest first. Pages go back by sequence (rows that arrive meanwhile shift nothing); new rows come live,
 * from the newest one known onwards, so that nothing is missed over a lost connection.
 */
export function useCreditHistory(filter: Ref<HistoryFilter>, options: { pageRows?: number } = {}) {
  const pageRows = options.pageRows ?? PAGE_ROWS
  const { client } = useClientHandle()
  const connection = useConnection()
  const rows = shallowRef<TransactionRow[]>([])
  const failure = shallowRef<Failure | null>(null)
  const isLoading = ref(false)
  const hasLoaded = ref(false)
  const hasMore = ref(false)
  const liveArrivals = ref(0)
  let turn = 0
  let stopLive = () => {}

  async function loadPage(before: number | null) {
    const thisTurn = turn
    isLoading.value = true
    const older = before === null ? [] : [{ sequence: { _lt: before } }]
    const { data, error } = await client
      .query(
        CreditHistoryPageDocument,
        // One more than is shown tells whether there is a next page.
        { where: conditionFrom(filter.value, ...older), limit: pageRows + 1 },
        { requestPolicy: 'network-only' },
      )
      .toPromise()
    if (thisTurn !== turn) return
    isLoading.value = false
    failure.value = error ? failureFromGraphql(error) : null
    if (!data) return
    const page = readFragment(CreditTransactionRowFragmentDoc, data.credit_transactions)
    hasMore.value = page.length > pageRows
    rows.value = mergeRows(rows.value, pageOf(page, pageRows))
    hasLoaded.value = true
    if (before === null) followFrom(newestSequence())
  }

  function followFrom(sequence: number) {
    stopLive()
    const { unsubscribe } = client
      .subscription(NewCreditTransactionsDocument, {
        where: conditionFrom(filter.value, { sequence: { _gt: sequence } }),
        limit: LIVE_ROWS,
      })
      .subscribe(({ data }) => {
        if (!data) return
        const arrived = readFragment(CreditTransactionRowFragmentDoc, data.credit_transactions)
        const before = rows.value.length
        rows.value = mergeRows(rows.value, arrived)
        if (rows.value.length > before) liveArrivals.value++
        if (arrived.length >= LIVE_ROWS) followFrom(newestSequence())
      })
    stopLive = unsubscribe
  }

  function newestSequence(): number {
    return rows.value[0]?.sequence ?? 0
  }

  function restart() {
    turn++
    stopLive()
    rows.value = []
    hasLoaded.value = false
    hasMore.value = false
    void loadPage(null)
  }

  function loadMore() {
    const oldest = rows.value.at(-1)
    if (oldest && !isLoading.value) void loadPage(oldest.sequence)
  }

  function retry() {
    void loadPage(hasLoaded.value ? (rows.value.at(-1)?.sequence ?? null) : null)
  }

  watch(filter, restart, { immediate: true })
  watch(
    () => connection.retryCount,
    () => {
      if (failure.value && !isLoading.value) retry()
    },
  )
  onScopeDispose(() => {
    turn++
    stopLive()
  })

  return {
    entries: computed(() => historyEntries(rows.value)),
    failure,
    isLoading,
    hasLoaded,
    hasMore,
    /** Counts up whenever rows arrive live: what is computed from them is due again. */
    liveArrivals,
    loadMore,
    retry,
  }
}
