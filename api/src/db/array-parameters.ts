/**
 * Batches as parameters of a statement: for each parameter of a function one array, an element an item.
 *
 * An array travels as one literal (`{"a",null}`), made by one call of the engine: the driver would
 * quote element by element, which is the most of what a large batch costs. And what is the same for
 * all items travels once: private.for_each_item repeats it, faster than the server could read it.
 */
type Element = string | number | null

type ElementType =
  'uuid[]' | 'text[]' | 'numeric[]' | 'int[]' | 'bigint[]' | 'text[]::timestamptz[]'

/** What an array is cast to, and the element that an item gives. */
export type ArrayParameter<Item> =
  | readonly [type: ElementType, elementOf: (item: Item) => Element]
  | readonly [type: 'jsonb[]', documentOf: (item: Item) => object | null]

/** The arguments of such a function, to be written in its brackets, and the values to send for them. */
export interface ArrayArguments<Item> {
  text: string
  valuesOf(items: readonly Item[]): (string | number | Element[])[]
}

export function arrayArguments<Item>(
  parameters: readonly ArrayParameter<Item>[],
): ArrayArguments<Item> {
  const count = `$${parameters.length + 1}::int`
  return {
    text: parameters
      .map(([type], index) => `private.for_each_item($${index + 1}::${type}, ${count})`)
      .join(', '),
    valuesOf: (items) => [
      ...parameters.map((parameter) => arrayOf(parameter, items)),
      items.length,
    ],
  }
}

/**
 * JSON writes a list like an array literal, apart from the brackets. Inside quotes both escape a quote
 * and a backslash by a backslash, but JSON has further escapes (`\n`, `\u0000`) that an array literal
 * does not know. A text of JSON never needs one: it has no raw control character and no lone
 * surrogate, as it has escapes for them. Other texts with anything to escape are left to the driver.
 */
function arrayOf<Item>(
  [type, read]: ArrayParameter<Item>,
  items: readonly Item[],
): string | Element[] {
  if (type === 'jsonb[]') {
    const texts = items.map((item) => {
      const document = read(item)
      return document === null ? null : JSON.stringify(document)
    })
    return literalOf(JSON.stringify(onceOrEach(texts)))
  }
  const elements = onceOrEach(items.map(read))
  const json = JSON.stringify(elements)
  return json.includes('\\') ? elements : literalOf(json)
}

function onceOrEach<Value>(values: Value[]): Value[] {
  const [first] = values
  return values.every((value) => value === first) ? values.slice(0, 1) : values
}

const literalOf = (json: string): string => `{${json.slice(1, -1)}}`
