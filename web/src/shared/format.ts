import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const MINUTE_MILLISECONDS = 60_000

/** All the formatting of the app, bound to the current locale. Amounts and times are formatted here and nowhere else. */
export function useFormat() {
  const { locale } = useI18n()
  const formatters = computed(() => createFormatters(locale.value))
  return {
    credits: (amount: number | null | undefined) => formatters.value.credits(amount),
    exactCredits: (amount: number) => formatters.value.exactCredits(amount),
    exactSignedCredits: (amount: number) => formatters.value.exactSignedCredits(amount),
    pluralOf,
    dateTime: (iso: string) => formatters.value.dateTime(iso),
    day: (iso: string) => formatters.value.day(iso),
    shortDay: (iso: string) => formatters.value.shortDay(iso),
    untilDay: (iso: string, now?: Date) => formatters.value.untilDay(iso, now),
    seconds: (milliseconds: number) => formatters.value.seconds(milliseconds),
    price: (amountUsd: number) => formatters.value.price(amountUsd),
    money: (amount: number, currency?: string) => formatters.value.money(amount, currency),
  }
}

/** For messages with a singular and a plural; vue-i18n itself knows whole counts only, and half a credit is "credits". */
function pluralOf(amount: number): 1 | 2 {
  return amount === 1 ? 1 : 2
}

export function createFormatters(locale: string) {
  const credits = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const twoDigits = { minimumFractionDigits: 2, maximumFractionDigits: 2 }
  const exact = new Intl.NumberFormat(locale, twoDigits)
  const exactSigned = new Intl.NumberFormat(locale, { ...twoDigits, signDisplay: 'exceptZero' })
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const shortDay = new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  })
  const relativeDay = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const seconds = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    maximumFractionDigits: 0,
  })
  const price = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    trailingZeroDisplay: 'stripIfInteger',
  })
  return {
    credits: (amount: number | null | undefined) => (amount == null ? '–' : credits.format(amount)),
    /** For columns of amounts, which line up at the decimal point. */
    exactCredits: (amount: number) => exact.format(amount),
    exactSignedCredits: (amount: number) => exactSigned.format(amount),
    dateTime: (iso: string) => dateTime.format(new Date(iso)),
    /** Billing days are UTC days: the same date for every member, whatever their time zone. */
    day: (iso: string) => day.format(new Date(iso)),
    shortDay: (iso: string) => shortDay.format(new Date(iso)),
    untilDay: (iso: string, now = new Date()) =>
      relativeDay.format(utcDaysBetween(now, new Date(iso)), 'day'),
    seconds: (milliseconds: number) => seconds.format(Math.floor(milliseconds / 1000)),
    /** List prices: $29, $4.83. */
    price: (amountUsd: number) => price.format(amountUsd),
    /** What was or will be charged, to the cent; Stripe writes currencies small. */
    money: (amount: number, currency = 'usd') =>
      new Intl.NumberFormat(locale, { style: 'currency', currency: currency.toUpperCase() }).format(
        amount,
      ),
  }
}

function utcDaysBetween(from: Date, to: Date): number {
  const startOfDay = (date: Date) =>
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return Math.round((startOfDay(to) - startOfDay(from)) / (24 * 60 * MINUTE_MILLISECONDS))
}
