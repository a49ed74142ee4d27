import { defineConfig, devices } from '@playwright/test'
import { BROWSER_ARGS, findBrowser } from './support/browser.ts'
import { stack } from './support/stack.ts'

const browser = findBrowser()

// Black box: the specs drive a running stack (PURSER_STACK_FILE, else .local/stack.json) and share
// no code with it. `npm test` starts one of its own on free ports; `npm start` serves for trying.
export default defineConfig({
  testDir: 'specs',
  workers: 1,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: stack().web_url,
    trace: 'retain-on-failure',
    locale: 'en-GB',
    timezoneId: 'UTC',
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      args: BROWSER_ARGS,
      ...(browser.executablePath ? { executablePath: browser.executablePath } : {}),
      ...(browser.env ? { env: { ...process.env, ...browser.env } as Record<string, string> } : {}),
    },
  },
  projects: [{ name: 'desktop', use: { ...devices['Desktop Chrome'] } }],
})
