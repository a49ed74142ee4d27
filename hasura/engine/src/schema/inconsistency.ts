import type { Json } from '../metadata/common.ts'

/** An object of the metadata that does not fit the database, as `get_inconsistent_metadata` lists it. */
export interface InconsistentObject {
  readonly name: string
  readonly type: string
  readonly reason: string
  /** Of the object that is wrong; absent where there is no single one. */
  readonly definition?: Json
  /** What an inherited role could not inherit. */
  readonly entity?: Json
}

/** Thrown while an object is resolved; the object is left out of the schema and listed. */
export class Inconsistency extends Error {}

export class InconsistencyLog {
  readonly objects: InconsistentObject[] = []

  add(object: InconsistentObject): void {
    this.objects.push(object)
  }

  /** The value, or null when it is inconsistent; then the object is listed. */
  attempt<Value>(object: Omit<InconsistentObject, 'reason'>, resolve: () => Value): Value | null {
    try {
      return resolve()
    } catch (error) {
      if (!(error instanceof Inconsistency)) throw error
      this.objects.push({ ...object, reason: `Inconsistent object: ${error.message}` })
      return null
    }
  }
}
