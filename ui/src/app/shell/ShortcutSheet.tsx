/** The `?` sheet: what the keys do on this page, and the switch that silences single keys (WCAG 2.1.4). */
import { Modal, Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { areSingleKeysOn, switchSingleKeys, useRegisteredShortcuts } from '@/shared/keys/shortcuts'

import classes from './ShortcutSheet.module.css'

const KEY_NAMES: Record<string, string> = { mod: 'Ctrl/⌘', enter: 'Enter' }

export function ShortcutSheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('app')
  // What belongs to the page as a whole comes first.
  const shortcuts = useRegisteredShortcuts().toReversed()
  const [isOn, setOn] = useState(areSingleKeysOn)
  function change(next: boolean): void {
    switchSingleKeys(next ? 'on' : 'off')
    setOn(next)
  }
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('shortcuts.title')}>
      <Switch
        label={t('shortcuts.single')}
        description={t('shortcuts.singleHint')}
        checked={isOn}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <table className={classes.sheet}>
        <thead>
          <tr>
            <th scope="col">{t('shortcuts.key')}</th>
            <th scope="col">{t('shortcuts.does')}</th>
          </tr>
        </thead>
        <tbody>
          {shortcuts.map(({ keys, label }) => (
            <tr key={keys}>
              <td>
                {keys.split(/[ +]/).map((key) => (
                  <kbd key={key}>{KEY_NAMES[key] ?? key}</kbd>
                ))}
              </td>
              <td>{label}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  )
}
