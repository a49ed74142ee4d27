import type { PartCounts } from './counts.ts'

export interface StageResult {
  succeeded: boolean
  /** Shown when it failed. */
  output: string
  /** Of stages that run tests. */
  counts?: PartCounts
}

export interface StageContext {
  environment: NodeJS.ProcessEnv
  /** For reports and data; removed at the end. */
  temporaryDirectory: string
  /** The cluster that all stages share; started when the first one asks. */
  clusterUrl: () => Promise<string>
}

export interface Stage {
  name: string
  /** What it makes sure of, for --list. */
  purpose: string
  /** Stages of one lane run one after the other; lanes run beside each other, `last` after them. */
  lane: 'static' | 'tests' | 'last'
  run: (context: StageContext) => Promise<StageResult>
}
