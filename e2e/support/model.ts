import { expect } from '@playwright/test'
import { stack } from './stack.ts'

const CHUNKS_BEFORE_STALL = 6

/** Makes the next request to the offline model wait until `releaseModel`. */
export async function stallModel(): Promise<void> {
  await post('/_double/faults', { kind: 'stall', times: 1 })
}

/** Makes the next answer stop in the middle, where part of it has been seen, until `releaseModel`. */
export async function stallModelInMidAnswer(): Promise<void> {
  await post('/_double/faults', { kind: 'stall', times: 1, at_chunk: CHUNKS_BEFORE_STALL })
}

/** Makes the offline model answer with an error until `resetModel`. */
export async function failModel(): Promise<void> {
  await post('/_double/faults', { kind: 'fail', status: 500 })
}

/** Lets the stalled request go on; waits for it to arrive, as the hold is seen before. */
export async function releaseModel(): Promise<void> {
  await expect
    .poll(async () => {
      const response = await post('/_double/release', {})
      return ((await response.json()) as { released: number }).released
    })
    .toBe(1)
}

export async function resetModel(): Promise<void> {
  await post('/_double/reset', {})
}

async function post(path: string, body: object): Promise<Response> {
  const response = await fetch(`${stack().model_url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response
}
