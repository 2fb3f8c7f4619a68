import { hydrateRoot } from 'react-dom/client'

function Greeting() {
  return (
    <section className="hydrated">
      <p data-at="hydrated" suppressHydrationWarning>
        made on the server
      </p>
    </section>
  )
}

hydrateRoot(document.getElementById('root'), <Greeting />)
