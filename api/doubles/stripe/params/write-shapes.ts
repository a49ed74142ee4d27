import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Stripe from 'stripe'
import ts from 'typescript'
import type { Shape, ShapeFile } from './shape.ts'
import { PARAMS_TYPES } from './params-types.ts'

/**
 * Writes shapes.json from the types of the installed SDK:
 *   npx tsx doubles/stripe/params/write-shapes.ts
 * A test compares the file's SDK version with the installed one.
 */

const DEPTH_LIMIT = 14
/** A shape this long that comes twice is written once. */
const SHARED_FROM_CHARACTERS = 60
/** Details of ways to pay that Purser does not offer: a tenth of the file would be of use to nobody. */
const OPAQUE_FIELDS = new Set(['payment_method_options', 'payment_method_data'])

const entryFile = join(import.meta.dirname, 'entry.ts')
const entryText = [
  "import type Stripe from 'stripe'",
  ...PARAMS_TYPES.map((name, index) => `export type P${index} = Stripe.${name}`),
].join('\n')

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
}
const host = ts.createCompilerHost(options)
const readSourceFile = host.getSourceFile.bind(host)
host.getSourceFile = (file, ...rest) =>
  file === entryFile
    ? ts.createSourceFile(file, entryText, ts.ScriptTarget.ES2023, true)
    : readSourceFile(file, ...rest)
const program = ts.createProgram([entryFile], options, host)
const checker = program.getTypeChecker()

function shapeOf(type: ts.Type, depth: number): Shape {
  if (depth > DEPTH_LIMIT) return '*'
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return '*'
  if (type.flags & ts.TypeFlags.StringLiteral) return { l: [(type as ts.StringLiteralType).value] }
  if (type.flags & ts.TypeFlags.NumberLiteral) return { l: [(type as ts.NumberLiteralType).value] }
  if (type.flags & ts.TypeFlags.BooleanLiteral)
    return { l: [checker.typeToString(type) === 'true'] }
  if (type.flags & ts.TypeFlags.String) return 's'
  if (type.flags & ts.TypeFlags.Number) return 'n'
  if (type.flags & ts.TypeFlags.Boolean) return 'b'
  if (type.isUnion()) return unionOf(type.types, depth)
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return { a: element ? shapeOf(element, depth + 1) : '*' }
  }
  if (type.getProperty('toFixed') && type.getProperty('isZero')) return 'd'
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String)
  if (index && type.getProperties().length === 0) return { m: shapeOf(index.type, depth + 1) }
  return objectOf(type, depth)
}

/** The SDK leaves its enums open for future values; a value that Stripe does not know today is a mistake. */
function isOtherString(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some((part) => part.flags & ts.TypeFlags.String)
}

function unionOf(types: ts.Type[], depth: number): Shape {
  const shapes: Shape[] = []
  const literals: (string | number | boolean)[] = []
  for (const type of types) {
    if (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null) || isOtherString(type)) continue
    const shape = shapeOf(type, depth)
    if (typeof shape === 'object' && 'l' in shape) literals.push(...shape.l)
    else shapes.push(shape)
  }
  if (literals.includes(true) && literals.includes(false)) {
    shapes.push('b')
    literals.splice(0, Infinity, ...literals.filter((literal) => typeof literal !== 'boolean'))
  }
  if (literals.length > 0) shapes.push({ l: literals.toSorted() })
  const [only] = shapes
  return shapes.length === 1 && only ? only : { u: shapes }
}

function objectOf(type: ts.Type, depth: number): Shape {
  const fields: Record<string, Shape> = {}
  const required: string[] = []
  for (const property of type.getProperties()) {
    if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name)
    fields[property.name] = OPAQUE_FIELDS.has(property.name)
      ? '*'
      : shapeOf(checker.getTypeOfSymbol(property), depth + 1)
  }
  return required.length > 0 ? { o: fields, r: required } : { o: fields }
}

function withSharedShapes(params: Record<string, Shape>): Pick<ShapeFile, 'params' | 'shared'> {
  const uses = new Map<string, number>()
  const count = (shape: Shape) => {
    const text = JSON.stringify(shape)
    uses.set(text, (uses.get(text) ?? 0) + 1)
    if (uses.get(text) === 1) childrenOf(shape).forEach(count)
  }
  Object.values(params).forEach(count)
  const shared: Shape[] = []
  const numbers = new Map<string, number>()
  const shorten = (shape: Shape): Shape => {
    const text = JSON.stringify(shape)
    if (text.length < SHARED_FROM_CHARACTERS || (uses.get(text) ?? 0) < 2) return inside(shape)
    const known = numbers.get(text)
    if (known !== undefined) return { $: known }
    const number = shared.push('*') - 1
    numbers.set(text, number)
    shared[number] = inside(shape)
    return { $: number }
  }
  const inside = (shape: Shape): Shape => {
    if (typeof shape === 'string' || 'l' in shape || '$' in shape) return shape
    if ('a' in shape) return { a: shorten(shape.a) }
    if ('m' in shape) return { m: shorten(shape.m) }
    if ('u' in shape) return { u: shape.u.map(shorten) }
    const entries = Object.entries(shape.o).map(([name, child]) => [name, shorten(child)] as const)
    return { ...shape, o: Object.fromEntries(entries) }
  }
  const short = Object.entries(params).map(([name, shape]) => [name, shorten(shape)] as const)
  return { shared, params: Object.fromEntries(short) }
}

function childrenOf(shape: Shape): Shape[] {
  if (typeof shape === 'string' || 'l' in shape || '$' in shape) return []
  if ('a' in shape) return [shape.a]
  if ('m' in shape) return [shape.m]
  if ('u' in shape) return shape.u
  return Object.values(shape.o)
}

const entry = program.getSourceFile(entryFile)
const scope = entry && checker.getSymbolAtLocation(entry)
if (!scope) throw new Error('The types of the SDK could not be read.')
const params: Record<string, Shape> = {}
for (const [index, name] of PARAMS_TYPES.entries()) {
  const symbol = scope.exports?.get(ts.escapeLeadingUnderscores(`P${index}`))
  const type = symbol && checker.getDeclaredTypeOfSymbol(symbol)
  if (!type || checker.typeToString(type) === 'any') throw new Error(`There is no Stripe.${name}.`)
  params[name] = shapeOf(type, 0)
}
const file: ShapeFile = {
  sdk_version: Stripe.PACKAGE_VERSION,
  api_version: Stripe.API_VERSION,
  ...withSharedShapes(params),
}
writeFileSync(join(import.meta.dirname, 'shapes.json'), `${JSON.stringify(file)}\n`)
console.log(`${PARAMS_TYPES.length} types, ${JSON.stringify(file).length} characters`)
