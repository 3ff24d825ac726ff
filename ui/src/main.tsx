import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import '@/shared/theme/global.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from '@/app/App'
import { catalogues } from '@/app/catalogues'
import { preferredLanguage, startI18n } from '@/shared/i18n/i18n'

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no #root')
await startI18n(catalogues, preferredLanguage())
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
