// The viewer's page: what to show comes from view.json, igv.js and the plugin from this server.

const app = document.getElementById('app')
const opening = document.getElementById('opening')

async function start() {
  const igv = load('/_gtrack/igv/igv.esm.min.js', 'igv.js is not there').then((module) => {
    opening.lastElementChild.textContent = 'Reading the first place …'
    return module.default
  })
  igv.catch(() => {}) // it is told by those who wait for it
  const [answer, { mount }] = await Promise.all([
    ask('/_gtrack/view.json'),
    load('/_gtrack/plugin.js', 'the plugin is not there'),
  ])
  await mount(app, igv, answer)
  opening.remove()
}

async function ask(url) {
  let answer
  try {
    answer = await fetch(url)
  } catch {
    throw problem(
      'The server does not answer',
      'Start it again with "gtrack view DIR" and reload this page.',
    )
  }
  if (!answer.ok) {
    throw problem(
      `The server answered ${answer.status} for ${url}`,
      'Open the whole address that "gtrack view" printed.',
    )
  }
  return answer.json()
}

function load(url, title) {
  return import(url).catch((error) => {
    throw problem(
      `This page is not complete: ${title} (${error.message})`,
      'Install gtrack again, then reload this page.',
    )
  })
}

const problem = (title, cure) => Object.assign(new Error(title), { cure })

start().catch((error) => {
  opening.remove()
  const box = document.createElement('div')
  box.setAttribute('role', 'alert')
  box.style.cssText =
    'max-width:42rem;margin:4rem auto;padding:0 1.5rem;font:15px/1.5 system-ui,sans-serif'
  for (const [tag, text] of [
    ['h1', 'Nothing can be shown'],
    ['p', error.title ?? error.message],
    ['p', error.cure ?? 'Reload this page. If it stays so, look at the messages of "gtrack view".'],
  ]) {
    const line = document.createElement(tag)
    line.textContent = text
    box.append(line)
  }
  app.replaceChildren(box)
})
