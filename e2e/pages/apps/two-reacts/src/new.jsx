import { createRoot } from 'react-dom/client'

function NewWidget() {
  return (
    <div>
      <p data-at="new-copy">from React 19</p>
    </div>
  )
}

createRoot(document.getElementById('new')).render(<NewWidget />)
