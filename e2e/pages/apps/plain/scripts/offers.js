const offers = ['Blue mug', 'Green bowl']

for (const offer of offers) {
  const item = document.createElement('li')
  item.className = 'offer'
  item.dataset.at = 'plain-offer'
  item.textContent = offer
  document.getElementById('offers').append(item)
}
