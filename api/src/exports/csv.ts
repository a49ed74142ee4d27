/** A number as the database writes it. */
const NUMBER = /^-?\d+(\.\d+)?$/

/** A spreadsheet takes a text that begins so for a formula and would run it. */
const FORMULA = /^[=+\-@\t\r]/

const NEEDS_QUOTES = /[",\r\n]/

/** One line of a file after RFC 4180. Texts of people stay texts, whoever opens the file. */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}

function csvCell(value: string | null): string {
  if (value === null) return ''
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
