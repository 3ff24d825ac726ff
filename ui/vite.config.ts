import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The development server passes the API on to a server that runs beside it.
const server = process.env.TAKTLOOM_SERVER ?? 'http://127.0.0.1:8765'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': server } },
  // The diagram and chart libraries are each a chunk of their own, loaded only where they are used.
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 1600 },
  test: {
    // Tests that need a page say so in their first line: `@vitest-environment jsdom`.
    environment: 'node',
    setupFiles: ['src/shared/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}', 'eslint/**/*.test.js'],
    css: false,
    testTimeout: 30_000,
  },
})
