export default function Old() {
  return (
    <main>
      <p data-at="old">Pages router</p>
    </main>
  )
}
