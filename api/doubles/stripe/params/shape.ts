/**
 * What one parameter may be, as the SDK's types say it, in few letters: the file of all shapes is
 * read at each start.
 *
 * `s` string, `n` number, `b` boolean, `d` a decimal as text, `*` anything;
 * `l` one of these literals, `a` a list of, `m` a map of, `u` one of several,
 * `o` an object with these fields of which `r` must be there, `$` a shape that stands in `shared`.
 */
export type Shape =
  | 's'
  | 'n'
  | 'b'
  | 'd'
  | '*'
  | { l: (string | number | boolean)[] }
  | { a: Shape }
  | { m: Shape }
  | { u: Shape[] }
  | { o: Record<string, Shape>; r?: string[] }
  | { $: number }

export interface ShapeFile {
  sdk_version: string
  api_version: string
  shared: Shape[]
  /** By the name of the SDK's type. */
  params: Record<string, Shape>
}
