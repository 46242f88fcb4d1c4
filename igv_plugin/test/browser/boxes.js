// Where igv.js and the plugin have put the names of tracks, and where the data are.

/** Runs in the page: of each track with a name the boxes of its label and of its data. */
export function boxes() {
  const box = (e) => {
    const { left, top, right, bottom } = e.getBoundingClientRect()
    return { left, top, right, bottom }
  }
  const labelled = window.app.browser.trackViews.filter((v) => v.viewports[0].trackLabelElement)
  return labelled.map(({ viewports: [{ viewportElement: data, trackLabelElement: label }] }) => ({
    label: { ...box(label), text: label.textContent, title: label.title },
    data: box(data),
  }))
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** What labels lie over the data of any track. */
export const covering = (found) =>
  found
    .filter(({ label }) => found.some(({ data }) => meet(label, data)))
    .map(({ label }) => label.title)
