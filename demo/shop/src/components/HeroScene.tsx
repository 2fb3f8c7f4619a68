import './HeroScene.css'

/** A marsh in the evening, or by moonlight in dark mode: the colours are custom properties in HeroScene.css. */
export function HeroScene() {
  return (
    <svg className="hero-scene" viewBox="0 0 760 640" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <defs>
        <linearGradient id="hero-sky" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className="hero-scene__sky-top" />
          <stop offset="1" className="hero-scene__sky-low" />
        </linearGradient>
        <linearGradient id="hero-water" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className="hero-scene__water-top" />
          <stop offset="1" className="hero-scene__water-low" />
        </linearGradient>
        <g id="hero-reed">
          <path d="M0 0C2-70 6-130 14-196" fill="none" strokeWidth="4" />
          <path d="M1-30C18-60 44-84 60-128 36-104 12-78 1-30zM0-20C-14-56-34-80-56-104-34-92-8-64 0-20z" stroke="none" />
          <rect x="9" y="-216" width="12" height="52" rx="6" className="hero-scene__head" transform="rotate(5 14 -196)" />
        </g>
      </defs>
      <rect width="760" height="640" fill="url(#hero-sky)" />
      <circle cx="520" cy="274" r="118" className="hero-scene__halo" />
      <circle cx="520" cy="274" r="76" className="hero-scene__disc" />
      <g className="hero-scene__birds" transform="translate(40 76)">
        <path d="M176 150q16-16 30 0 14-16 30 0M262 112q11-11 21 0 10-11 21 0M130 206q9-9 17 0 8-9 17 0" />
      </g>
      <path className="hero-scene__hill-far" d="M0 356C90 318 170 330 262 346 372 366 448 306 560 320 640 330 700 348 760 338V420H0z" />
      <path className="hero-scene__hill-near" d="M0 396C110 372 196 386 304 392 430 400 540 366 760 384V440H0z" />
      <rect y="410" width="760" height="230" fill="url(#hero-water)" />
      <g className="hero-scene__glints">
        <path d="M470 424H574M452 442H596M486 460H566M440 482H606M474 506H560M500 532H590M460 560H540" />
        <path d="M60 448H150M210 470H262M96 500H190M300 526H372M40 566H120M640 470H720M660 520H730" opacity=".5" />
      </g>
      <path className="hero-scene__bank" d="M0 536C84 512 170 526 246 556 330 590 420 604 520 604 620 602 700 580 760 566V640H0z" />
      <g className="hero-scene__heron" transform="translate(352 372)">
        <path d="M34 124C20 108 26 84 48 76 74 66 104 82 128 112 104 122 58 134 34 124z" />
        <path d="M44 88C24 74 40 50 30 30 26 18 10 14 4 20" fill="none" strokeWidth="9" />
        <path d="M8 12C-4 14-26 22-40 28-24 28-6 28 6 27zM4 12C16 4 34 10 44 18 32 16 20 18 8 20z" />
        <path d="M58 126 54 214M76 126 82 212M54 214H42M82 212H70" fill="none" strokeWidth="4" />
      </g>
      <g className="hero-scene__reeds">
        <use href="#hero-reed" transform="translate(70 610) scale(1.35)" />
        <use href="#hero-reed" transform="translate(118 622) scale(1.05) rotate(-7)" />
        <use href="#hero-reed" transform="translate(34 630) scale(1.1) rotate(-12)" />
        <use href="#hero-reed" transform="translate(176 620) scale(.86) rotate(6)" />
        <use href="#hero-reed" transform="translate(690 626) scale(1.2) rotate(-4)" />
        <use href="#hero-reed" transform="translate(736 632) scale(.95) rotate(8)" />
        <use href="#hero-reed" transform="translate(640 630) scale(.8) rotate(-12)" />
      </g>
    </svg>
  )
}
