import { Counter } from '../components/Counter'
import { Greeting } from '../components/Greeting'

export default function Home() {
  return (
    <main>
      <h1 data-at="next-heading">Written by a server component</h1>
      <Greeting name="Ada" at="greeting" />
      <Counter at="counter">
        <p data-at="next-child">Server markup in a client component</p>
      </Counter>
    </main>
  )
}
