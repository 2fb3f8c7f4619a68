export default function About() {
  return <p data-at="about">About us</p>
}
