import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {oneStatement, readSql} from '../../../src/lib/database/read-sql.js'
import {openSqlite} from '../../../src/lib/database/sqlite/open-sqlite.js'
import {tempFolder} from '../../support/temp-folder.js'

test.each([
  ['select 1', 'select 1'],
  [' select 1 ; \n', 'select 1'],
  ['select \';\', ";" -- ; \n;', 'select \';\', ";" -- ;'],
  ["select 'it''s;' /* ; */;", "select 'it''s;' /* ; */"],
  ['select $$;$$, $tag$;$$;$tag$; -- done; really', 'select $$;$$, $tag$;$$;$tag$'],
  ['select 1;; /* the end */ ;', 'select 1'],
])('%j is the one statement %j', (typed, statement) => {
  expect(oneStatement(typed)).toBe(statement)
})

test.each(['', ' ; ', 'select 1; select 2', 'select 1; delete from users;', "select ''; x"])(
  '%j is refused',
  (typed) => {
    expect(() => oneStatement(typed)).toThrow(expect.objectContaining({code: 'USAGE'}))
  },
)

test('rows come with their columns; what is wrong or would write is told, and changes nothing', async () => {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db')})
  onTestFinished(() => database.close())
  await database.migrate()
  expect(await readSql(database, "select 1 as one, null as none, 'a' as text, x'00ff' as bytes;")).toEqual({
    columns: ['one', 'none', 'text', 'bytes'],
    rows: [{one: 1, none: null, text: 'a', bytes: '\\x00ff'}],
  })
  expect(await readSql(database, 'select * from users')).toEqual({columns: [], rows: []})
  const before = await database.status()
  for (const wrong of ['selec', 'select * from nowhere', 'commit']) {
    await expect(readSql(database, wrong), wrong).rejects.toMatchObject({code: 'BAD_QUERY'})
  }
  for (const writes of ['delete from users', 'drop table users', "update users set role = 'admin'"]) {
    await expect(readSql(database, writes), writes).rejects.toMatchObject({code: 'NOT_SUPPORTED'})
  }
  expect(await database.status()).toEqual(before)
})
