// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { PickCandidates } from './PickCandidates.tsx'

afterEach(cleanup)

const candidates = [
  { path: 'src/Card.jsx', line: 3, reasons: ['id “total”', 'component Card in line 1'] },
  { path: 'src/Card.module.css', reasons: ['“price”, from the class “Card_price__x1Y2z”'] }
]

it('says that candidates are not verified before it shows them', () => {
  render(<PickCandidates picks={[{ number: 1, label: 'p', candidates }]} />)
  const line = screen.getByRole('button', { name: /Where it may be written/ })
  expect(line.textContent).toContain('not verified')
  expect(screen.queryByText('src/Card.jsx:3')).toBeNull()
  fireEvent.click(line)
  expect(screen.getAllByRole('listitem').map(item => item.textContent)).toEqual([
    expect.stringContaining('src/Card.jsx'),
    'src/Card.jsx:3id “total” · component Card in line 1',
    'src/Card.module.css“price”, from the class “Card_price__x1Y2z”'
  ])
})

it('is not there without candidates', () => {
  const { container } = render(
    <PickCandidates
      picks={[
        { number: 1, label: 'p' },
        { number: 2, label: 'b', candidates: [] }
      ]}
    />
  )
  expect(container.innerHTML).toBe('')
})
