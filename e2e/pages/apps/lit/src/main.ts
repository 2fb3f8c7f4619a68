import './price-label.js'
import './secret-box.js'
import './star-rating.ts'
