import './Hero.css'
import { HeroScene } from './HeroScene.tsx'

export function Hero() {
  return (
    <section className="hero page" aria-labelledby="hero-title">
      <div className="hero__words">
        <p className="eyebrow">The autumn collection</p>
        <h1 id="hero-title">Objects for quiet rooms</h1>
        <p className="hero__lead">
          Lamps that lean in, bowls that nest, a chair you can lift with two fingers. Twelve things, made slowly where the land runs out.
        </p>
        <a className="button" href="#collection">
          See the collection
        </a>
      </div>
      <div className="hero__picture">
        <HeroScene />
      </div>
    </section>
  )
}
