import { useI18n } from 'vue-i18n'

const BYTES_STEP = 1024
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const COMPACT_FROM = 100_000

/** Amounts of credits and of whatever else is metered, each with the unit that its meter names. */
export function useAmounts() {
  const { locale, t, te } = useI18n()
  const number = (value: number, options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(locale.value, { maximumFractionDigits: 2, ...options }).format(value)

  function bytes(value: number): string {
    const size = Math.abs(value)
    const step = size < 1 ? 0 : Math.floor(Math.log(size) / Math.log(BYTES_STEP))
    const unit = Math.min(BYTE_UNITS.length - 1, step)
    return `${number(value / BYTES_STEP ** unit)} ${BYTE_UNITS[unit] ?? 'B'}`
  }

  /** The number alone; bytes carry their unit, which changes with the size. */
  function plain(value: number, unit: string): string {
    return unit === 'bytes' ? bytes(value) : number(value)
  }

  /** For columns: credits line up at the decimal point. */
  function column(value: number, unit: string): string {
    return unit === 'credits' ? number(value, { minimumFractionDigits: 2 }) : plain(value, unit)
  }

  /** For axes and narrow columns: 1.2M in place of 1,234,567. */
  function short(value: number, unit: string): string {
    if (unit === 'bytes') return bytes(value)
    return Math.abs(value) < COMPACT_FROM
      ? number(value)
      : number(value, { notation: 'compact', maximumFractionDigits: 1 })
  }

  function withUnit(value: number, unit: string): string {
    if (unit === 'bytes') return bytes(value)
    const key = `usage.units.${unit}`
    if (!te(key)) return `${number(value)} ${unit}`
    // Half a credit is "credits", so the plural is chosen here; vue-i18n knows whole counts only.
    return t(key, { amount: number(value) }, value === 1 ? 1 : 2)
  }

  const percent = (share: number) =>
    number(share, { style: 'percent', maximumFractionDigits: share < 0.01 ? 1 : 0 })

  return { plain, column, short, withUnit, percent }
}
