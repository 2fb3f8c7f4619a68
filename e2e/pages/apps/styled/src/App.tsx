import { Price } from './Price.tsx'
import { Row, Title } from './ui.ts'

export function App() {
  return (
    <Row>
      <Title data-at="styled-title">Blue mug</Title>
      <Price amount={12} at="price-in-app" />
    </Row>
  )
}
