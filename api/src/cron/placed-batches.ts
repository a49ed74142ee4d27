import { FIRST_PLACE, type Place } from '../db/jobs.ts'

interface PlacedBatch {
  processed: number
  failed: number
  remaining: boolean
  place: Place
}

/**
 * Batch after batch, each from where the furthest one ended, until nothing is due or the run has had
 * its share; the next run goes on. `detail` names the count that the job's batches have besides.
 *
 * With more than one lane so many batches run at once: a batch passes over what another one holds, so
 * none waits, and while one of them waits for its commit or the way to the database, another works.
 */
export async function runPlacedBatches<Detail extends string>(
  maximumBatches: number,
  detail: Detail,
  runBatch: (place: Place, lane: number) => Promise<PlacedBatch & Record<Detail, number>>,
  lanes = 1,
) {
  const sums = { processed: 0, failed: 0, details: 0, batches: 0 }
  let place = FIRST_PLACE
  let isBroken = false
  const runLane = async (lane: number): Promise<boolean> => {
    let remaining = true
    while (remaining && !isBroken && sums.batches < maximumBatches) {
      sums.batches += 1
      const batch = await runBatch(place, lane)
      sums.processed += batch.processed
      sums.failed += batch.failed
      sums.details += batch[detail]
      remaining = batch.remaining
      place = furthest(place, batch.place)
    }
    return remaining
  }
  const ends = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) =>
      runLane(lane).catch((error: unknown) => {
        isBroken = true
        throw error
      }),
    ),
  )
  let remaining = false
  for (const end of ends) {
    if (end.status === 'rejected') throw end.reason
    remaining ||= end.value
  }
  const { details, ...summary } = sums
  return { ...summary, remaining, [detail]: details }
}

function furthest(one: Place, other: Place): Place {
  const isBefore =
    one.at === other.at ? one.organizationId < other.organizationId : one.at < other.at
  return isBefore ? other : one
}
