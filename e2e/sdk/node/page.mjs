// The admin port's page in a real Chromium: node page.mjs GATEWAY ADMIN KEY MODEL [SCREENSHOT]
// A line of JSON for each case, as e2e/sdk_test.go reads it.
import { rmSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The package unpacks its browser into the temporary folder: one of this run alone.
const folder = mkdtempSync(join(tmpdir(), 'azproc-page-'))
process.env.TMPDIR = folder
const { default: packed } = await import('@sparticuz/chromium')
const { chromium } = await import('playwright-core')

const [gateway, admin, key, model, screenshot] = process.argv.slice(2)
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const patience = 15_000

async function check(name, f) {
  let ok = true, detail = ''
  try {
    detail = String((await f()) ?? '')
  } catch (error) {
    ok = false
    detail = String(error.stack || error)
  }
  console.log(JSON.stringify({ case: name, ok, detail }))
}

function assert(ok, what) {
  if (!ok) throw new Error(what)
}

// ask sends a chat through the gateway.
async function ask(name) {
  const response = await fetch(gateway + '/v1/chat/completions', {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer ' + key },
    body: JSON.stringify({ model: name, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await response.text()
}

const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: await packed.executablePath(), headless: true, args: flags, viewport: { width: 1280, height: 900 }, colorScheme: 'light',
})
try {
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  const problems = [], requests = []
  page.on('console', m => ['error', 'warning'].includes(m.type()) && problems.push(m.text()))
  page.on('pageerror', e => problems.push(String(e)))
  page.on('request', r => requests.push(r.url()))
  const requested = () => page.locator('.sums dd').first().innerText().then(Number)

  await check('loads under a second', async () => {
    await page.goto(admin + '/', { waitUntil: 'load' })
    const took = await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventStart)
    assert(took > 0 && took < 1000, `load after ${took} ms`)
    assert((await page.locator('#deployments tbody tr').count()) > 0, 'no deployments')
    return `load after ${took.toFixed(0)} ms`
  })

  await check('is brought up to date after a request', async () => {
    const before = await requested()
    await ask(model)
    await page.waitForFunction(n => Number(document.querySelector('.sums dd').textContent) > n, before)
    assert((await page.locator('#usage figure rect:not(.column)').count()) > 0, 'no bar in the plots')
  })

  await check('shows a failed request, and its name as text', async () => {
    await ask('<script>document.title="evil"</script>')
    await page.locator('#failures td', { hasText: '<script>' }).first().waitFor()
    await page.locator('#failures td', { hasText: 'model_not_found' }).first().waitFor()
    assert((await page.title()) === 'azproc', 'a script ran')
  })

  await check('switches the plots to keys', async () => {
    await page.getByLabel('by').selectOption('key')
    await page.locator('#usage th', { hasText: 'Key' }).waitFor()
    assert(page.url().includes('by=key'), page.url())
    await page.getByLabel('by').selectOption('model')
    await page.locator('#usage th', { hasText: 'Model' }).waitFor()
  })

  await check('streams an answer into the page', async () => {
    const form = page.locator('#try')
    await form.getByLabel('Model').selectOption(model)
    await form.getByLabel('Key').fill(key)
    await form.getByLabel('Prompt').fill('Tell me a story.')
    await page.evaluate(() => {
      window.grown = 0
      new MutationObserver(() => window.grown++).observe(document.getElementById('answer'), { childList: true })
    })
    await form.getByRole('button', { name: 'Send' }).press('Enter')
    await page.locator('#outcome', { hasText: / in \d/ }).waitFor()
    const text = await page.locator('#answer').innerText()
    assert(text.length > 10, `the answer is ${JSON.stringify(text)}`)
    assert(await page.evaluate(() => document.getElementById('answer').childNodes.length > 1), 'the answer came in one piece')
  })

  await check('has no horizontal scroll on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert(wide <= 0, `${wide} pixels too wide`)
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await check('is dark where the reader wants it', async () => {
    const light = await ground()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await ground()
    assert(light !== dark && Math.max(...dark.match(/\d+/g).map(Number)) < 64, `${light} and ${dark}`)
    await page.emulateMedia({ colorScheme: 'light' })
  })

  await check('names every field and reaches each with the keyboard', async () => {
    const fields = page.locator('input, select, textarea')
    for (const field of await fields.all()) assert(await field.evaluate(e => e.labels.length > 0), await field.getAttribute('name'))
    await page.locator('body').press('Tab')
    const seen = new Set()
    for (let i = 0; i < 30; i++) {
      seen.add(await page.evaluate(() => document.activeElement.name || document.activeElement.type))
      await page.keyboard.press('Tab')
    }
    for (const name of ['by', 'span', 'model', 'key', 'prompt', 'submit']) assert(seen.has(name), `${name} is not reached: ${[...seen]}`)
  })

  if (screenshot) { // with something in the plots
    for (const name of [...Array(18).fill(model), ...Array(7).fill('claude'), 'gpt-5']) await ask(name)
    await page.waitForFunction(() => Number(document.querySelector('.sums dd').textContent) >= 28)
    await page.locator('#try [name=key]').fill('')
    await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0) })
    await page.setViewportSize({ width: 1100, height: 900 })
    writeFileSync(screenshot, await page.screenshot({ fullPage: true }))
  }

  await check('has no error in the console and asks nobody else', async () => {
    assert(problems.length === 0, problems.join('\n'))
    const others = requests.filter(u => !u.startsWith(admin + '/'))
    assert(others.length === 0, others.join('\n'))
  })

  await check('says so when azproc is gone', async () => {
    await page.route('**/page-data*', route => route.abort())
    await page.locator('#offline').waitFor({ state: 'visible' })
    await page.unroute('**/page-data*')
    await page.locator('#offline').waitFor({ state: 'hidden' })
  })
} finally {
  await context.close()
  rmSync(folder, { recursive: true, force: true })
}
