// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import { renderPart } from '@/shared/testing/render'

import { EvidenceNumber } from './EvidenceNumber'

test('a number comes with its interval and n, all in the same unit', async () => {
  await renderPart(<EvidenceNumber label="Fitness" value={0.9} interval={[0.85, 0.95]} n={1434} format={(value) => `${value * 100} %`} />)

  expect(screen.getByText('90 %')).toBeTruthy()
  expect(screen.getByText('85 % – 95 %')).toBeTruthy()
  expect(screen.getByText('n = 1,434')).toBeTruthy()
})

test('what the data cannot decide says so and what it would need, and shows no interval', async () => {
  await renderPart(<EvidenceNumber label="Difference" value={null} interval={[0, 2]} needs="17 more cases" />)

  expect(screen.getByText('cannot tell')).toBeTruthy()
  expect(screen.getByText('17 more cases')).toBeTruthy()
  expect(screen.queryByText(/0 – 2/)).toBeNull()
})

test('how it is computed comes on a click', async () => {
  await renderPart(<EvidenceNumber label="Fitness" value={1} how="Token replay over the log." />)
  expect(screen.queryByText('Token replay over the log.')).toBeNull()

  await userEvent.click(screen.getByRole('button', { name: /^Fitness .*: how it is computed$/ }))

  expect(screen.getByText('Token replay over the log.')).toBeTruthy()
})
