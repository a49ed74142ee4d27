import { useClientHandle } from '@urql/vue'
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  PastSessionsDocument,
  SessionRowFragmentDoc,
  type PastSessionsQuery,
  type Usage_Sessions_Bool_Exp,
} from '@/gql/member/graphql.ts'
import { useConnection } from '@/shared/connection.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { sessionFromRow, type LiveSession } from './live-session.ts'

const PAGE_ROWS = 10

export interface PastSession extends LiveSession {
  personName: string | null
}

/** Sessions that have ended, newest first. Pages go back by the start, so that new ones shift nothing. */
export function usePastSessions(options: {
  /** Whose; null for everybody's, as far as the role may see them. */
  userId: Ref<string | null>
  /** When the first page is due again. */
  changes: Ref<unknown>
  pageRows?: number
}) {
  const pageRows = options.pageRows ?? PAGE_ROWS
  const { client } = useClientHandle()
  const connection = useConnection()
  const sessions = shallowRef<PastSession[]>([])
  const failure = shallowRef<Failure | null>(null)
  const hasLoaded = ref(false)
  const hasMore = ref(false)
  const isLoading = ref(false)
  let turn = 0

  async function load(before: string | null) {
    const thisTurn = ++turn
    isLoading.value = true
    const { data, error } = await client
      .query(
        PastSessionsDocument,
        // One more than is shown tells whether there is a next page.
        { where: conditionFor(options.userId.value, before), limit: pageRows + 1 },
        { requestPolicy: 'network-only' },
      )
      .toPromise()
    if (thisTurn !== turn) return
    isLoading.value = false
    failure.value = error ? failureFromGraphql(error) : null
    if (!data) return
    hasMore.value = data.usage_sessions.length > pageRows
    const page = data.usage_sessions.slice(0, pageRows).map(pastSessionFrom)
    sessions.value = before === null ? page : [...sessions.value, ...page]
    hasLoaded.value = true
  }

  function loadMore() {
    const oldest = sessions.value.at(-1)
    if (oldest && !isLoading.value) void load(oldest.startedAt)
  }

  watch([options.userId, options.changes], () => void load(null), { immediate: true })
  watch(
    () => connection.retryCount,
    () => {
      if (failure.value) void load(null)
    },
  )
  onScopeDispose(() => {
    turn++
  })

  return {
    sessions: computed(() => sessions.value),
    failure,
    hasLoaded,
    hasMore,
    isLoading,
    loadMore,
    retry: () => void load(null),
  }
}

function conditionFor(userId: string | null, before: string | null): Usage_Sessions_Bool_Exp {
  return {
    status: { _eq: 'ended' },
    ...(userId === null ? {} : { user_id: { _eq: userId } }),
    ...(before === null ? {} : { started_at: { _lt: before } }),
  }
}

function pastSessionFrom(row: PastSessionsQuery['usage_sessions'][number]): PastSession {
  return {
    ...sessionFromRow(readFragment(SessionRowFragmentDoc, row)),
    personName: row.user?.name ?? null,
  }
}
