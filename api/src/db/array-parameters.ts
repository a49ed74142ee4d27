/**
 * Arrays as parameters of statements: one array literal (`{"a",null}`), made by one call of the
 * engine. The driver would quote element by element, which is the most of what a large batch costs.
 *
 * JSON writes such a list alike, apart from the brackets. Inside quotes both escape a quote and a
 * backslash by a backslash, but JSON has further escapes (`\n`, `\u0000`) that an array literal does
 * not know. So each function below says why its texts never have one.
 */
type Element = string | number | null

/** One property of all items. Texts with anything to escape are left to the driver. */
export function arrayOf<Item, Key extends keyof Item>(
  items: readonly Item[],
  key: Item[Key] extends Element ? Key : never,
): string | Item[Key][] {
  return parameterOf(items.map((item) => item[key]))
}

/** The same of what is read from each item. */
export function arrayBy<Item, Value extends Element>(
  items: readonly Item[],
  read: (item: Item) => Value,
): string | Value[] {
  return parameterOf(items.map(read))
}

function parameterOf<Value>(values: Value[]): string | Value[] {
  const json = JSON.stringify(values)
  return json.includes('\\') ? values : literalOf(json)
}

/**
 * One property of all items as texts of JSON, to be cast `::jsonb[]`. A text of JSON has no
 * raw control character and no lone surrogate (it has escapes for them), so only its quotes and
 * backslashes are escaped once more.
 */
export function jsonArrayOf<Item, Key extends keyof Item>(
  items: readonly Item[],
  key: Item[Key] extends object | null ? Key : never,
): string {
  return literalOf(
    JSON.stringify(items.map((item) => (item[key] === null ? null : JSON.stringify(item[key])))),
  )
}

const literalOf = (json: string): string => `{${json.slice(1, -1)}}`
