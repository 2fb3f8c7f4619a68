import { AddButton } from './components/AddButton.jsx'
import { Badge } from './components/Badge.jsx'
import { Card } from './components/Card.jsx'

export function App() {
  return (
    <main>
      <Card title="Blue mug" at="card">
        <p className="price" data-at="price">
          $12.00
        </p>
        <AddButton at="add-button" />
        <Badge text="New" at="badge" />
      </Card>
    </main>
  )
}
