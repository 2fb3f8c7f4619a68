import { Teaser } from '../teaser'

export function loader() {
  return { greeting: 'Hello' }
}

export default function Home({ loaderData }: { loaderData: { greeting: string } }) {
  return (
    <main>
      <h1 data-at="rr-heading">{loaderData.greeting}</h1>
      <Teaser at="teaser" />
    </main>
  )
}
