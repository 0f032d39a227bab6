import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'))
const {manualPages} = await import(join(ROOT, 'tools/man.mjs'))
const pages: Map<string, string> = manualPages(manifest, {name: 'logflow', version: '1.2.3', description: 'Logs'})

test('every command has a page with its flags, and the first page names it', () => {
  for (const {id, flags} of Object.values(manifest.commands) as Array<{
    id: string
    flags: Record<string, {hidden?: boolean}>
  }>) {
    const title = `logflow-${id.replaceAll(':', '-')}`
    const page = pages.get(`${title}.1`) ?? ''
    const shown = Object.entries(flags).filter(([, {hidden}]) => !hidden)
    for (const [flag] of shown) expect(page, title).toContain(`${flag.replaceAll('-', '\\-')}`)
    expect(pages.get('logflow.1')).toContain(`\\fB${title}\\fR(1)`)
  }
})

const groff = spawnSync('groff', ['--version']).error === undefined

test.skipIf(!groff)('groff sets every page without a warning (skipped without groff)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-man-'))
  try {
    for (const [file, page] of pages) writeFileSync(join(folder, file), page)
    const files = [...pages.keys()].map((file) => join(folder, file))
    const {stderr} = spawnSync('groff', ['-man', '-ww', '-z', ...files], {encoding: 'utf8'})
    expect(stderr).toBe('')
    const shown = execFileSync('groff', ['-man', '-Tascii', '-P-c', join(folder, 'logflow-search.1')], {
      encoding: 'utf8',
    })
    expect(shown).toContain('--trace-id')
  } finally {
    rmSync(folder, {recursive: true})
  }
})
