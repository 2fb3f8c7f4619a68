export default function About() {
  return <p data-at="rr-about">About us</p>
}
