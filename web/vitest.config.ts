import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { componentPlugins } from './vite.config.ts'

export default defineConfig({
  plugins: componentPlugins(),
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    environment: 'happy-dom',
    // Tests ask servers of their own on other ports.
    environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
    include: ['tests/**/*.test.ts'],
    // A limit against hanging, not a measure: the machine may be busy.
    testTimeout: 60_000,
    // Nuxt UI imports virtual modules of its Vite plugin, so it has to pass through Vite too.
    server: { deps: { inline: ['@nuxt/ui'] } },
  },
})
