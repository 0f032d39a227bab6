'use strict'
const {closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync} = require('node:fs')
const {createRequire} = require('node:module')
const {homedir} = require('node:os')
const {dirname, join} = require('node:path')
const {Script} = require('node:vm')

/**
 * Evaluates a CommonJS bundle and returns its exports; `undefined` where there is no such file. The bundle begins
 * with a comment that holds the hash of its content: V8 itself would take a cache for any source of equal length.
 */
function loadBundle(file) {
  let source
  try {
    source = readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
  const hash = /^\/\*([0-9a-f]{16})\*\//.exec(source)?.[1]
  const prefix = hash && `${hash}-${process.version}-${process.arch}`
  const folders = [join(dirname(file), 'cache'), userCache()]
  const names = prefix ? [...commandWords().map((words) => `${prefix}-${words}.code`), `${prefix}.code`] : []
  const found = readFirst(folders, names)
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    cachedData: found?.data,
  })
  const module = {exports: {}}
  script.runInThisContext().call(module.exports, module.exports, createRequire(file), module, file, dirname(file))
  if (prefix) {
    const wanted = `${prefix}${cachePart(module.exports.commandIds)}.code`
    if (found?.name !== wanted || script.cachedDataRejected) {
      // At exit, so that the functions this command has called are in it; not of a run that ended early by an error.
      process.once('exit', (status) => {
        if (status === 0) writeFirst(folders, wanted, () => script.createCachedData())
      })
    }
  }
  return module.exports
}

const isHelp = (word) => word === '--help' || word === '-h' || word === 'help'

/** What the caches that may serve this command line are called, the best first. */
function commandWords() {
  const [first = '', second = ''] = process.argv.slice(2)
  if (process.argv.slice(2).some(isHelp) || first === '') return ['help']
  return [`${first}-${second}`, first].filter((name) => /^[a-z]{1,12}(-[a-z]{1,12})?$/.test(name))
}

/** One cache a command, for it holds the functions that command calls. Only known commands make one. */
function cachePart(ids) {
  const name = commandWords().find((words) => words === 'help' || ids.includes(words.replace('-', ':')))
  return name ? `-${name}` : ''
}

function userCache() {
  const base = process.env.XDG_CACHE_HOME || (process.platform === 'win32' && process.env.LOCALAPPDATA)
  return join(base || join(homedir(), '.cache'), 'logflow', 'code')
}

function readFirst(folders, names) {
  for (const name of names) {
    for (const folder of folders) {
      try {
        return {name, data: readFileSync(join(folder, name))}
      } catch {
        // Not there, or not for us: the next one, or none.
      }
    }
  }
  return undefined
}

/**
 * Written beside, synced and renamed: V8 does not check a cache of the right length, and ends the process on one
 * that is damaged. Where nothing can be written, nothing is.
 */
function writeFirst(folders, name, make) {
  for (const folder of folders) {
    const temporary = join(folder, `${name}.${process.pid}.${Math.random().toString(36).slice(2)}`)
    try {
      mkdirSync(folder, {recursive: true})
      writeSynced(temporary, make())
      renameSync(temporary, join(folder, name))
      return
    } catch {
      // A folder of somebody else's, or a full disk: the next one, or none.
      removeQuietly(temporary)
    }
  }
}

function writeSynced(path, data) {
  const fd = openSync(path, 'wx')
  try {
    for (let at = 0; at < data.length; ) at += writeSync(fd, data, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function removeQuietly(path) {
  try {
    unlinkSync(path)
  } catch {
    // It was never made.
  }
}

module.exports = {loadBundle}
