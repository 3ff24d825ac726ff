/** A secret that is shown once: a link or a key, to copy now. */
import { Button, CopyButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { Icon } from './Icon'
import classes from './SecretOnce.module.css'

export function SecretOnce({ label, secret, hint }: { label: string; secret: string; hint: string }) {
  const { t } = useTranslation('shared')
  return (
    <div className={classes.secret} role="status">
      <strong>{label}</strong>
      <code className={classes.value}>{secret}</code>
      <div className={classes.foot}>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />} onClick={copy}>
              {copied ? t('action.copied') : t('action.copy')}
            </Button>
          )}
        </CopyButton>
        <span>{hint}</span>
      </div>
    </div>
  )
}
