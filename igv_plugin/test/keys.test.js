import test from 'node:test'
import assert from 'node:assert/strict'

// keys.js builds elements; what is tested here touches none.
const { actionOf, isTyping } = await import('../src/page/keys.js')
const div = { localName: 'div' }
const press = (key, path = [div], more = {}) => actionOf({ key, ...more }, path)

test('keys and what they do', () => {
  assert.deepEqual(
    ['n', 'p', '+', '=', '-', '−', '?', 'Escape', 'x', 'constructor'].map((key) => press(key)),
    ['next', 'prev', 'in', 'in', 'out', 'out', 'help', 'close', null, null],
  )
  assert.deepEqual(press('ArrowLeft'), { pan: -0.25 })
  assert.deepEqual(press('ArrowRight', [div], { shiftKey: true }), { pan: 1 })
  assert.equal(press('ArrowUp'), null)
})

test('what is typed is no key, wherever it is typed, and neither are shortcuts', () => {
  const editors = [
    { localName: 'input' },
    { localName: 'textarea' },
    { localName: 'select' },
    { localName: 'p', isContentEditable: true },
    { localName: 'div', role: 'textbox' },
    { localName: 'my-editor', role: 'combobox' },
  ]
  for (const editor of editors) {
    assert.ok(isTyping([div, editor, {}]), JSON.stringify(editor))
    for (const key of ['n', '+', '?', 'ArrowLeft']) assert.equal(press(key, [div, editor]), null)
    assert.equal(press('Escape', [editor]), 'close')
  }
  assert.equal(isTyping([div, {}, {}]), false) // a document and a window have no names
  for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
    assert.equal(press('n', [div], { [held]: true }), null)
  }
})

test('what has arrows of its own keeps them', () => {
  for (const role of ['grid', 'dialog', 'menu', 'slider', 'separator']) {
    const path = [div, { localName: 'div', role }]
    for (const key of ['ArrowLeft', '+', '-']) assert.equal(press(key, path), null)
    assert.equal(press('n', path), 'next')
  }
})
