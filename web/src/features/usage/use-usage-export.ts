import { inject, ref, shallowRef, type InjectionKey } from 'vue'
import { UNREACHABLE, type Failure } from '@/shared/failure.ts'

/** Credits and meters are files of their own; days are those of the organization's time zone, both included. */
export interface UsageExport {
  kind: 'credits' | 'meters'
  from: string
  to: string
}

/** Answers the file, or why there is none. Provided by the app, which knows the origin and the token. */
export type FetchUsageExport = (
  wanted: UsageExport,
) => Promise<{ file: Blob; name: string } | { problem: Failure }>

export const usageExportKey: InjectionKey<FetchUsageExport> = Symbol('usage export')

/** Downloads all rows of the range. A plain link cannot carry the token, so the file is fetched and handed over. */
export function useUsageExport() {
  const fetchExport = inject(usageExportKey)
  const isRunning = ref(false)
  const problem = shallowRef<Failure | null>(null)

  async function download(wanted: UsageExport) {
    if (isRunning.value || !fetchExport) return
    isRunning.value = true
    problem.value = null
    const answer = await fetchExport(wanted).catch(() => ({ problem: UNREACHABLE }))
    isRunning.value = false
    if ('problem' in answer) problem.value = answer.problem
    else handOver(answer.file, answer.name)
  }

  return { download, isRunning, problem }
}

function handOver(file: Blob, name: string) {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
