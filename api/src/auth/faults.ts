import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * better-auth answers every fault with an empty 500 and tells only its error hook what it was. The
 * hook knows no request, so what it hears is kept with the call that it belongs to.
 */
const calls = new AsyncLocalStorage<{ fault: unknown }>()

/** For the error hook. */
export function rememberFault(fault: unknown): void {
  const call = calls.getStore()
  if (call) call.fault = fault
}

/** Answers what `work` did, and the fault that the hook heard of meanwhile, if any. */
export async function withFault<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; fault: unknown }> {
  const call = { fault: undefined as unknown }
  const result = await calls.run(call, work)
  return { result, fault: call.fault }
}
