import fc from 'fast-check'

/*
 * Set-up of every test file. A property that fails is shrunk as far as this time allows and then told
 * with its seed; without a limit, the test's own time runs out first and hides what failed. A machine
 * too busy for all runs of a property ends with fewer, unless PURSER_FUZZ_RUNS asks for so many.
 */
if (process.env['PURSER_FUZZ_RUNS'] === undefined) {
  fc.configureGlobal({ interruptAfterTimeLimit: 40_000 })
}
