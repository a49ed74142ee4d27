import type { Logger } from './observability.ts'

export interface ShutdownPhase {
  name: string
  limitMilliseconds: number
  run(): Promise<unknown>
}

/**
 * Runs the phases in order, each with its own limit. A phase that fails or takes too long is logged
 * and left behind: the later ones still run. Resolves to true when all went well.
 */
export async function runShutdown(phases: readonly ShutdownPhase[], log: Logger): Promise<boolean> {
  let isClean = true
  for (const { name, limitMilliseconds, run } of phases) {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`took longer than ${limitMilliseconds} ms`)),
        limitMilliseconds,
      )
    })
    try {
      await Promise.race([run(), limit])
    } catch (error) {
      isClean = false
      log.error({ err: error, phase: name }, 'shutdown phase failed')
    } finally {
      clearTimeout(timer)
    }
  }
  return isClean
}
