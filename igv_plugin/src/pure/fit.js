// Text where there is little room, without its middle: names differ at their ends.

/**
 * The text, or as much of both its ends as fits, with an ellipsis between them.
 *
 * @param {string} text
 * @param {(shown: string) => boolean} fits
 */
export function fit(text, fits) {
  if (fits(text)) return text
  const letters = [...text]
  let [least, most] = [0, letters.length - 1] // letters that fit, and that may
  while (least < most) {
    const kept = Math.ceil((least + most) / 2)
    if (fits(cutTo(letters, kept))) least = kept
    else most = kept - 1
  }
  return cutTo(letters, least)
}

/**
 * @param {string[]} letters
 * @param {number} kept
 */
function cutTo(letters, kept) {
  const head = Math.ceil(kept / 2)
  const tail = letters.slice(letters.length - (kept - head))
  return [...letters.slice(0, head), '…', ...tail].join('')
}
