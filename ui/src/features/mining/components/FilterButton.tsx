/** The funnel beside a shown thing: a click filters by it. */
import { ActionIcon } from '@mantine/core'

import { Icon } from '@/shared/ui/Icon'

export function FilterButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={24} ml={4} aria-label={label} title={label} onClick={onClick}>
      <Icon name="filter" size={12} />
    </ActionIcon>
  )
}
