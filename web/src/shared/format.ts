import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const MINUTE_MILLISECONDS = 60_000

/** All the formatting of the app, bound to the current locale. Amounts and times are formatted here and nowhere else. */
export function useFormat() {
  const { locale } = useI18n()
  const formatters = computed(() => createFormatters(locale.value))
  return {
    credits: (amount: number | null | undefined) => formatters.value.credits(amount),
    signedCredits: (amount: number) => formatters.value.signedCredits(amount),
    dateTime: (iso: string) => formatters.value.dateTime(iso),
    day: (iso: string) => formatters.value.day(iso),
    untilDay: (iso: string, now?: Date) => formatters.value.untilDay(iso, now),
    seconds: (milliseconds: number) => formatters.value.seconds(milliseconds),
  }
}

export function createFormatters(locale: string) {
  const credits = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const signed = new Intl.NumberFormat(locale, {
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  })
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const relativeDay = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const seconds = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    maximumFractionDigits: 0,
  })
  return {
    credits: (amount: number | null | undefined) => (amount == null ? '–' : credits.format(amount)),
    signedCredits: (amount: number) => signed.format(amount),
    dateTime: (iso: string) => dateTime.format(new Date(iso)),
    /** Billing days are UTC days: the same date for every member, whatever their time zone. */
    day: (iso: string) => day.format(new Date(iso)),
    untilDay: (iso: string, now = new Date()) =>
      relativeDay.format(utcDaysBetween(now, new Date(iso)), 'day'),
    seconds: (milliseconds: number) => seconds.format(Math.floor(milliseconds / 1000)),
  }
}

function utcDaysBetween(from: Date, to: Date): number {
  const startOfDay = (date: Date) =>
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return Math.round((startOfDay(to) - startOfDay(from)) / (24 * 60 * MINUTE_MILLISECONDS))
}
