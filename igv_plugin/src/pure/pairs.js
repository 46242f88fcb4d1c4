// Orders of names, and pairs of them.

/**
 * The names with one moved by so many places, as far as there are some.
 *
 * @param {string[]} names
 * @param {string} name
 * @param {number} by
 */
export function moved(names, name, by) {
  const at = names.indexOf(name)
  const rest = names.filter((each) => each !== name)
  return at < 0 ? names : rest.toSpliced(Math.max(0, at + by), 0, name)
}

/**
 * The pair with one of its names replaced; a name that is the other already changes places with it.
 *
 * @param {{first?: string, second?: string}} pair
 * @param {'first' | 'second'} which
 * @param {string} name
 */
export function paired({ first, second }, which, name) {
  if (which === 'first') return { first: name, second: second === name ? first : second }
  return { first: first === name ? second : first, second: name }
}
