/** The language switch; works without a reload, on the sign-in page too. */
import { ActionIcon, Menu, Tooltip } from '@mantine/core'

import { changeLanguage, LANGUAGE_NAMES, LANGUAGES } from '@/shared/i18n/i18n'
import { useLanguage } from '@/shared/i18n/useLanguage'

import { Icon } from './Icon'

export function LanguageMenu({ label }: { label: string }) {
  const current = useLanguage()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon aria-label={label}>
            <Icon name="language" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            rightSection={language === current ? <Icon name="check" /> : null}
            onClick={() => void changeLanguage(language)}
          >
            {LANGUAGE_NAMES[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
