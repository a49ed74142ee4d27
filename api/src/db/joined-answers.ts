type Reader<Value> = (text: string) => NonNullable<Value>

/** How each column is read; null is null. Texts, numerics among them, stay as the database wrote them. */
type Readers<Row> = {
  [Name in keyof Row]: Row[Name] extends string | null ? 'text' : Reader<Row[Name]>
}

/**
 * The answer of a batch as one row: each column is one text with a line an item. Of a row an item the
 * driver makes a buffer, an object and a string a value, which is half of what a batch costs the api;
 * a long text is split by one call of the engine.
 *
 * No value has a line break in it and none is empty: they are ids of the catalogue, uuids, numbers,
 * times, lists of such and JSON. So an empty line is null, and other than one line an item is refused.
 */
export interface JoinedAnswer<Row> {
  /** What to select from a function that answers one row an item, in order, with its `item`. */
  columns: string
  /** The rows of `items` items in their order. Throws when the answer is not about them. */
  rowsOf(answer: readonly JoinedRow[], items: number): Row[]
}

export type JoinedRow = Record<string, string>

const LINE_BREAK = '\n'

export function joinedAnswer<Row extends object>(readers: Readers<Row>): JoinedAnswer<Row> {
  const columns = Object.entries<'text' | Reader<unknown>>(readers).map(([name, reader]) => ({
    name,
    reader,
    linesOf: rememberingLines(),
  }))
  const selected = ['item', ...columns.map(({ name }) => name)]
    .map((name) => `string_agg(coalesce(${name}::text, ''), E'\\n') as ${name}`)
    .join(', ')
  // Rows are copies of one that has every column, which is faster than to add one after the other.
  const empty = Object.fromEntries(columns.map(({ name }) => [name, null]))
  return {
    columns: selected,
    rowsOf([answer], items) {
      if (answer?.['item'] !== numbersUpTo(items)) {
        throw new Error(`the answer to a batch of ${items} items is for others or in another order`)
      }
      const rows = Array.from({ length: items }, () => ({ ...empty }))
      for (const column of columns) fill(rows, column, answer[column.name] ?? '')
      return rows as Row[]
    },
  }
}

interface Column {
  name: string
  reader: 'text' | Reader<unknown>
  linesOf(text: string): string[]
}

function fill(
  rows: Record<string, unknown>[],
  { name, reader, linesOf }: Column,
  text: string,
): void {
  // Nothing but line breaks: null in every row.
  if (text.length === rows.length - 1) return
  const lines = linesOf(text)
  if (lines.length !== rows.length) {
    throw new Error(`${name}: ${lines.length} lines for ${rows.length} items`)
  }
  for (const [index, row] of rows.entries()) {
    const line = lines[index]
    if (line) row[name] = reader === 'text' ? line : reader(line)
  }
}

/** Of two batches in a row, outcomes, levels and models are mostly the same: split once. */
function rememberingLines(): (text: string) => string[] {
  let last = ''
  let lines: string[] = []
  return (text) => {
    if (text !== last) {
      last = text
      lines = text.split(LINE_BREAK)
    }
    return lines
  }
}

const numbers = ['']

/** The column `item` of so many rows that are in order. */
function numbersUpTo(items: number): string {
  for (let number = numbers.length; number <= items; number += 1) {
    numbers.push(number === 1 ? '1' : `${numbers[number - 1]}${LINE_BREAK}${number}`)
  }
  return numbers[items] ?? ''
}

/** A list of ids or uuids, which need no quotes. */
export function listOf(text: string): string[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',')
}

let lastTime = { text: '', milliseconds: Number.NaN }

/** Times of a batch are mostly one. */
export function timeOf(text: string): Date {
  if (text !== lastTime.text) lastTime = { text, milliseconds: Date.parse(text) }
  return new Date(lastTime.milliseconds)
}
