import { FIRST_PLACE, type Place } from '../db/jobs.ts'

interface PlacedBatch {
  processed: number
  failed: number
  remaining: boolean
  place: Place
}

/**
 * Batch after batch, each from where the one before ended, until nothing is due or the run has had
 * its share; the next run goes on. `detail` names the count that the job's batches have besides.
 */
export async function runPlacedBatches<Detail extends string>(
  maximumBatches: number,
  detail: Detail,
  runBatch: (place: Place) => Promise<PlacedBatch & Record<Detail, number>>,
) {
  const sums = { processed: 0, failed: 0, details: 0, batches: 0, remaining: true }
  let place = FIRST_PLACE
  while (sums.remaining && sums.batches < maximumBatches) {
    const batch = await runBatch(place)
    sums.processed += batch.processed
    sums.failed += batch.failed
    sums.details += batch[detail]
    sums.batches += 1
    sums.remaining = batch.remaining
    place = batch.place
  }
  const { details, ...summary } = sums
  return { ...summary, [detail]: details }
}
