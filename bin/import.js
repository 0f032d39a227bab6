// Imports an ES module by its path. The bundle runs as a script of its own, which cannot import on Node before 20.12.
'use strict'
const {pathToFileURL} = require('node:url')

exports.importModule = (path) => import(pathToFileURL(path))
